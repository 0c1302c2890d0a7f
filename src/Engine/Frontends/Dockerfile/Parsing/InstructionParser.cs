using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Makes an instruction of a line.</summary>
internal sealed partial class InstructionParser
{
    private static readonly Dictionary<string, Func<InstructionParser, Instruction?>> s_kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ADD"] = p => p.Add(),
        ["ARG"] = p => p.Arg(),
        ["CMD"] = p => p.Cmd(),
        ["COPY"] = p => p.Copy(),
        ["ENTRYPOINT"] = p => p.Entrypoint(),
        ["ENV"] = p => p.Env(),
        ["EXPOSE"] = p => p.Expose(),
        ["FROM"] = p => p.From(),
        ["HEALTHCHECK"] = p => p.Healthcheck(),
        ["LABEL"] = p => p.Label(),
        ["MAINTAINER"] = p => p.Maintainer(),
        ["ONBUILD"] = p => p.Onbuild(),
        ["RUN"] = p => p.Run(),
        ["SHELL"] = p => p.Shell(),
        ["STOPSIGNAL"] = p => p.StopSignal(),
        ["USER"] = p => p.User(),
        ["VOLUME"] = p => p.Volume(),
        ["WORKDIR"] = p => p.Workdir(),
    };

    private readonly LogicalLine _line;
    private readonly SplitCommand _command;
    private readonly FlagReader _flags;
    private readonly FaultList _faults;
    private readonly char _escape;

    private InstructionParser(LogicalLine line, char escape, FaultList faults)
    {
        (_line, _escape, _faults) = (line, escape, faults);
        _command = SplitCommand.Of(line.Text, 0, escape);
        _flags = new FlagReader(line, _command.Flags, faults);
    }

    private string Keyword => _command.Keyword.Text;

    private string Name => Keyword.ToLowerInvariant();

    private string Text => _line.Text.Trim();

    private TextRange Range => _line.Range;

    /// <summary>The instruction, or <c>null</c> for a line that is none; what is wrong goes to the faults.</summary>
    internal static Instruction? Parse(LogicalLine line, char escape, FaultList faults)
    {
        var parser = new InstructionParser(line, escape, faults);
        if (!s_kinds.TryGetValue(parser.Keyword, out var kind))
        {
            faults.Add(DockerfileCodes.UnknownInstruction,
                $"unknown instruction: {FaultList.Short(parser.Keyword)}{NearestName.Suggest(parser.Keyword, s_kinds.Keys, ignoreCase: true)}; correct it, or end the line before it with '{escape}' if it belongs there.",
                line.RangeOf(parser._command.Keyword));
            return null;
        }
        var instruction = kind(parser);
        return instruction is null || line.Comments.Count == 0 ? instruction : instruction with { Comments = line.Comments, SkippedChecks = CheckOptions.SkippedBy(line.Comments) };
    }

    /// <summary>Whether the line starts with an instruction that there is.</summary>
    internal static bool IsKnown(LogicalLine line) => s_kinds.ContainsKey(SplitCommand.Of(line.Text, 0, '\\').Keyword.Text);

    /// <summary>Whether documents may follow: an instruction that takes them, itself or behind ONBUILD, and not as a JSON list.</summary>
    internal static bool TakesHeredocs(LogicalLine line, char escape)
    {
        if (!line.Text.Contains("<<", StringComparison.Ordinal)) return false;

        var command = SplitCommand.Of(line.Text, 0, escape);
        if (Is(command, "ONBUILD") && command.Rest.Text.Length > 0) command = SplitCommand.Of(line.Text, command.Rest.Start, escape);
        return (Is(command, "ADD") || Is(command, "COPY") || Is(command, "RUN")) && JsonForm.Read(command.Rest.Text, out _) is null;
    }

    private static bool Is(SplitCommand command, string keyword) => command.Keyword.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    private void Fault(string code, string message) => _faults.Add(code, message, _line.RangeOf(0, Text.Length));

    private void Fault(string code, string message, TextPart part) => _faults.Add(code, message, _line.RangeOf(part));

    private TextPart? One(string what)
    {
        if (_command.Rest.Text.Length > 0) return _command.Rest;
        Fault(DockerfileCodes.Arguments, $"{Keyword.ToUpperInvariant()} lacks {what}; write it behind the instruction.");
        return null;
    }

    /// <summary>The strings of a JSON list, or <c>null</c> for the shell form.</summary>
    private IReadOnlyList<string>? Json(TextPart text)
    {
        var words = JsonForm.Read(text.Text, out var hasOthers);
        if (hasOthers) Fault(DockerfileCodes.NotStrings, $"The list '{FaultList.Short(text.Text)}' holds more than strings; put each word into double quotes.", text);
        return words;
    }

    private CommandLine CommandOf(TextPart text)
    {
        if (Json(text) is { } words) return new CommandLine(words, IsShell: false);
        return new CommandLine(text.Text.Length == 0 ? [] : [text.Text], IsShell: true);
    }

    private IReadOnlyList<TextPart> List()
        => Json(_command.Rest) is { } words ? [.. words.Select(w => new TextPart(w, _command.Rest.Start))] : WordSplitter.AtBlanks(_command.Rest);

    private string[] ValuesOf(string flag) => [.. _flags.Many(flag).Select(v => v.Value)];
}
