using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>The stages of a Dockerfile, what they are built on and what they take files of.</summary>
internal sealed class StageGraph
{
    private readonly ConversionScope _scope;
    private readonly Dictionary<string, StageNode> _byName = new(StringComparer.Ordinal);
    private readonly List<StageNode> _nodes = [];

    public StageGraph(ConversionScope scope)
    {
        _scope = scope;
        var reader = new StageReader(scope);
        for (var i = 0; i < scope.File.Stages.Count; i++) AddStage(reader, scope.File.Stages[i], i);
        foreach (var stage in Stages.Where(s => s.Context is null).ToList()) Connect(stage);
        if (_nodes.Count == 1) _nodes[0].Title = "";
    }

    /// <summary>In the order of the text; a number names one of these.</summary>
    public List<StageNode> Stages { get; } = [];

    /// <summary>The stages, and the images and contexts that instructions name.</summary>
    public IReadOnlyList<StageNode> Nodes => _nodes;

    /// <summary>What is to be built.</summary>
    public StageNode FindTarget()
    {
        if (_scope.Request.Target is not { Length: > 0 } name) return Stages[^1];
        if (_byName.TryGetValue(name.ToLowerInvariant(), out var stage)) return stage;
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Stages.Count) return Stages[number];
        throw new Fault(FaultCodes.UnknownTarget,
            $"target stage \"{name}\" could not be found{NearestName.Suggest(name.ToLowerInvariant(), Names)}. Name one of its stages, or none for the last.",
            _scope.File.Stages[^1].From.Range);
    }

    /// <summary>Everything that a node needs, itself included.</summary>
    public static HashSet<StageNode> ReachableFrom(StageNode node)
    {
        var reached = new HashSet<StageNode>();
        var open = new Stack<StageNode>([node]);
        while (open.TryPop(out var next))
        {
            if (!reached.Add(next)) continue;
            if (next.Base is { } ground) open.Push(ground);
            foreach (var source in next.Needs.Keys) open.Push(source);
        }
        return reached;
    }

    /// <summary>Throws when stages need each other.</summary>
    public void CheckCycles()
    {
        var done = new HashSet<StageNode>();
        foreach (var node in _nodes) Visit(node, [], done);
    }

    /// <summary>An instruction with what it takes files of, which the stage needs from now on.</summary>
    public StageCommand Connect(StageNode stage, Instruction instruction, bool isTrigger)
    {
        IReadOnlyList<StageNode?> sources = instruction switch
        {
            CopyInstruction { From: { Length: > 0 } from } copy => [FindCopySource(from, copy)],
            RunInstruction run => [.. run.Mounts.Select(m => FindMountSource(m, run))],
            _ => [],
        };
        foreach (var source in sources.OfType<StageNode>()) stage.Needs[source] = instruction;
        return new StageCommand(instruction, sources, isTrigger);
    }

    private IEnumerable<string> Names => Stages.Select(s => s.Name).OfType<string>();

    private void AddStage(StageReader reader, Stage stage, int number) => _scope.Try(stage.From.Range, () =>
    {
        var node = reader.Read(stage, number);
        if (node.Context is null && _byName.TryGetValue(node.BaseName.ToLowerInvariant(), out var ground)) node.Base = ground;
        if (node.Context is null) node.StepCount = CountSteps(stage) + (node.Base is null && node.BaseName != StageReader.Scratch ? 1 : 0);
        Stages.Add(node);
        _nodes.Add(node);
        if (node.Name is { } name) _byName[name] = node;
    });

    private static int CountSteps(Stage stage) =>
        stage.Instructions.Count(i => i is TransferInstruction or RunInstruction or WorkdirInstruction);

    private void Connect(StageNode stage)
    {
        foreach (var instruction in _scope.File.Stages.First(s => ReferenceEquals(s.From, stage.From)).Instructions)
            _scope.Try(instruction.Range, () => stage.Commands.Add(Connect(stage, instruction, isTrigger: false)));
    }

    private StageNode FindCopySource(string from, CopyInstruction copy)
    {
        if (from.Contains('$', StringComparison.Ordinal))
            throw new Fault(FaultCodes.VariableInFrom, $"'--from={from}' has a variable, which it cannot have: write a stage 'FROM {from} AS name' with a global ARG, and name that stage.");
        if (!int.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return FindSource(from, copy);
        return number >= 0 && number < Stages.Count
            ? Stages[number]
            : throw new Fault(FaultCodes.UnknownStage, $"There is no stage {number}: the Dockerfile has {Stages.Count}, and the first is 0. Name one of them.");
    }

    private StageNode FindMountSource(string mount, RunInstruction run) =>
        FindSource(MountText.From(mount) is { Length: > 0 } from ? from : StageReader.Scratch, run);

    private StageNode FindSource(string name, Instruction instruction)
    {
        if (_byName.TryGetValue(name.ToLowerInvariant(), out var stage)) return stage;
        var source = new StageNode { BaseName = name, Range = instruction.Range, IsMounted = instruction is RunInstruction };
        _nodes.Add(source);
        return source;
    }

    private static void Visit(StageNode node, List<StageNode> path, HashSet<StageNode> done)
    {
        if (path.Contains(node)) throw Cycle(path[path.IndexOf(node)..], node);
        if (!done.Add(node)) return;
        foreach (var source in node.Needs.Keys) Visit(source, [.. path, node], done);
    }

    private static Fault Cycle(List<StageNode> cycle, StageNode again) => new(FaultCodes.Cycle,
        $"Stages need each other: {string.Join(" -> ", cycle.Append(again).Select(s => $"'{s.Title}'"))}. Let one of them take its files elsewhere.",
        cycle[^1].Needs[again].Range);
}
