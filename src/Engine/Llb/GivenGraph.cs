using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>Makes nodes of a definition, so that more can be built upon it.</summary>
internal static class GivenGraph
{
    /// <summary>The definition's result. Throws <see cref="LlbException"/>.</summary>
    public static LlbState Read(Definition definition)
    {
        // Every rule is checked there: whatever an input names is in the definition, and there is no cycle.
        LlbGraph.Load(definition);
        var bytes = definition.Def.SkipLast(1).DistinctBy(b => Digest.Of(b.Span)).ToDictionary(b => Digest.Of(b.Span).ToString(), b => b.ToByteArray(), StringComparer.Ordinal);
        var ops = bytes.ToDictionary(b => b.Key, b => Op.Parser.ParseFrom(b.Value), StringComparer.Ordinal);
        var nodes = new Dictionary<string, LlbNode>(StringComparer.Ordinal);
        var result = Op.Parser.ParseFrom(definition.Def[^1]).Inputs[0];
        var path = new Stack<string>([result.Digest]);
        while (path.TryPeek(out var digest))
        {
            var missing = ops[digest].Inputs.Where(i => !nodes.ContainsKey(i.Digest)).ToList();
            foreach (var input in missing) path.Push(input.Digest);
            if (missing.Count > 0) continue;
            path.Pop();
            if (nodes.ContainsKey(digest)) continue;
            definition.Metadata.TryGetValue(digest, out var metadata);
            nodes[digest] = new LlbNode(bytes[digest], [.. ops[digest].Inputs.Select(i => new LlbState(nodes[i.Digest], (int)i.Index))], metadata?.Clone() ?? new OpMetadata()) { GivenPlaces = GivenPlace.Of(definition.Source, digest) };
        }
        return new LlbState(nodes[result.Digest], (int)result.Index);
    }
}
