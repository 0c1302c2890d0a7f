using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>Turns a state into the definition that a solver takes.</summary>
public static class LlbMarshaller
{
    private const string CustomName = "llb.customname";

    /// <summary>Ours: builders that do not know it leave it as it is.</summary>
    internal const string History = "msbuildkit.history";

    /// <summary>Serializes the graph below <paramref name="state"/>, inputs first, each operation once. Throws
    /// <see cref="LlbException"/> for scratch, which has no operation.</summary>
    public static Definition Marshal(LlbState state)
    {
        if (state.Node is null) throw new LlbException("scratch has no operation");
        var definition = new Definition();
        var written = new HashSet<Digest>();
        var nodes = InputsFirst(state.Node);
        foreach (var node in nodes)
        {
            if (written.Add(node.Digest)) definition.Def.Add(UnsafeByteOperations.UnsafeWrap(node.Bytes));
            if (!definition.Metadata.TryGetValue(node.Digest.ToString(), out var metadata)) definition.Metadata[node.Digest.ToString()] = metadata = new OpMetadata();
            Describe(node, metadata);
        }
        var result = new Op { Inputs = { new Input { Digest = state.Node.Digest.ToString(), Index = state.Output } } };
        definition.Def.Add(UnsafeByteOperations.UnsafeWrap(CanonicalBytes.Of(result)));
        definition.Source = SourceMap.Of(nodes);
        return definition;
    }

    /// <summary>The same, and <c>null</c> for scratch.</summary>
    public static Definition? MarshalOrNull(LlbState state) => state.Node is null ? null : Marshal(state);

    // As BuildKit's client: of operations that are the same what is said last counts.
    private static void Describe(LlbNode node, OpMetadata metadata)
    {
        metadata.IgnoreCache |= node.IgnoreCache;
        if (node.Group is not null) metadata.ProgressGroup = node.Group;
        foreach (var capability in node.Capabilities) metadata.Caps[capability] = true;
        if (node.IgnoreCache) metadata.Caps[Capabilities.IgnoreCache] = true;
        foreach (var (key, value) in node.Descriptions) metadata.Description[key] = value;
        if (node.Name is not null) metadata.Description[CustomName] = node.Name;
        if (node.History is not null) metadata.Description[History] = node.History;
        if (metadata.Description.Count > 0) metadata.Caps[Capabilities.Description] = true;
    }

    // An explicit stack: a graph may be deeper than the thread's.
    private static List<LlbNode> InputsFirst(LlbNode root)
    {
        var ordered = new List<LlbNode>();
        var done = new HashSet<LlbNode>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(LlbNode Node, bool Expanded)>([(root, false)]);
        while (path.TryPop(out var step))
        {
            if (done.Contains(step.Node)) continue;
            if (step.Expanded)
            {
                done.Add(step.Node);
                ordered.Add(step.Node);
                continue;
            }
            path.Push((step.Node, true));
            for (var i = step.Node.Inputs.Count - 1; i >= 0; i--) path.Push((step.Node.Inputs[i].Node!, false));
        }
        return ordered;
    }
}
