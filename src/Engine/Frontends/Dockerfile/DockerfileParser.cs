using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>Reads Dockerfiles (the language of <c>docker/dockerfile:1</c>). Nothing that is written makes it throw: all that is wrong stands in the result.</summary>
public static class DockerfileParser
{
    /// <summary>Reads a Dockerfile.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="file">The path or name that errors carry.</param>
    public static ParsedDockerfile Parse(string text, string file)
    {
        var faults = new FaultList();
        var directiveReader = new DirectiveReader(text, faults);
        var directives = directiveReader.Read();
        var lines = new SourceLines(text);
        var reader = new LogicalLineReader(lines, directives.Escape);
        var heredocs = new HeredocReader(lines, faults);
        var stages = new StageList(faults);
        while (reader.Read(directiveReader.IsDirective) is { } line)
        {
            if (InstructionParser.TakesHeredocs(line, directives.Escape)) heredocs.Read(line);
            stages.Add(line, InstructionParser.Parse(line, directives.Escape, faults));
        }

        stages.Finish(Math.Max(lines.Number, 1));
        return new ParsedDockerfile
        {
            File = file, Text = text, Directives = directives,
            GlobalArgs = stages.GlobalArgs, Stages = stages.Stages, Faults = faults.Sorted, EmptyContinuations = reader.EmptyContinuations,
        };
    }

    /// <summary>Reads the instruction of an <c>ONBUILD</c>, which may come from another image.</summary>
    /// <param name="expression">The instruction, with its documents.</param>
    /// <param name="range">What it and its faults are said to stand at.</param>
    /// <param name="escape">The escape character.</param>
    public static (Instruction? Instruction, IReadOnlyList<DockerfileFault> Faults) ParseTrigger(string expression, TextRange range, char escape)
    {
        var faults = new FaultList();
        var lines = new SourceLines(expression);
        var reader = new LogicalLineReader(lines, escape);
        var instruction = reader.Read(_ => false) is { } line ? ReadTrigger(line) : null;
        if (reader.Read(_ => false) is not null || (instruction is null && faults.Sorted.Count == 0)) faults.Add(DockerfileCodes.Trigger, $"The trigger '{FaultList.Short(expression)}' is not one instruction; write one behind ONBUILD.", range);
        return (At(instruction, range), [.. faults.Sorted.Select(f => f with { Range = range })]);

        Instruction? ReadTrigger(LogicalLine line)
        {
            if (InstructionParser.TakesHeredocs(line, escape)) new HeredocReader(lines, faults).Read(line);
            var read = InstructionParser.Parse(line, escape, faults);
            if (read is not (FromInstruction or OnbuildInstruction or MaintainerInstruction)) return read;
            faults.Add(DockerfileCodes.Trigger, $"A trigger cannot be the instruction '{read.Keyword}'; write another one behind ONBUILD.", range);
            return null;
        }
    }

    private static Instruction? At(Instruction? instruction, TextRange range) => instruction switch
    {
        null => null,
        ArgInstruction arg => arg with { Range = range, Args = [.. arg.Args.Select(a => a with { Range = range })] },
        _ => instruction with { Range = range },
    };
}
