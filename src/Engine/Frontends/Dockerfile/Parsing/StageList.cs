using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Gathers instructions to stages.</summary>
internal sealed class StageList(FaultList faults)
{
    private readonly List<Stage> _stages = [];
    private readonly List<ArgInstruction> _globalArgs = [];
    private List<Instruction> _instructions = [];
    private bool _hasFrom;
    private bool _mayHaveFrom;
    private bool _hasAny;

    internal IReadOnlyList<Stage> Stages => _stages;

    internal IReadOnlyList<ArgInstruction> GlobalArgs => _globalArgs;

    /// <summary>The next line and what it is; <c>null</c> where it is wrong.</summary>
    internal void Add(LogicalLine line, Instruction? instruction)
    {
        _hasAny = true;
        // A word that is no instruction may be a misspelt FROM: what follows it is not wrong because of it.
        _mayHaveFrom |= instruction is null && !InstructionParser.IsKnown(line);
        if (instruction is null) return;
        if (instruction is FromInstruction from)
        {
            (_hasFrom, _instructions) = (true, []);
            _stages.Add(new Stage(from, _instructions));
            return;
        }
        if (_hasFrom)
        {
            _instructions.Add(instruction);
            return;
        }
        if (instruction is ArgInstruction arg)
        {
            _globalArgs.Add(arg);
            return;
        }
        if (_mayHaveFrom) return;
        faults.Add(DockerfileCodes.BeforeFirstStage, $"'{instruction.Keyword}' stands before the first FROM, where only ARG can; write FROM and an image above it.", line.RangeOf(0, instruction.Keyword.Length));
    }

    /// <summary>All lines are read.</summary>
    internal void Finish(int lastLine)
    {
        if (_hasFrom || _mayHaveFrom) return;
        var what = _hasAny ? "FROM" : "instructions";
        faults.Add(DockerfileCodes.NoStage, $"The dockerfile contains no stages to build, as it has no {what}; start it with FROM and an image.", new TextRange(lastLine, 1, lastLine, 1));
    }
}
