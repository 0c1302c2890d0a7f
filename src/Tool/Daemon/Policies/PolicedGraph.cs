using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>Graphs as a source policy wants them.</summary>
internal static class PolicedGraph
{
    /// <summary>The graph with other sources where the policy says so; operations that follow from them have other digests then. The same graph when nothing
    /// changes. Throws MBK2510 for a source that is denied.</summary>
    public static Definition Of(Definition graph, SourcePolicy policy)
    {
        if (policy.IsEmpty || graph.Def.Count == 0) return graph;
        var ops = graph.Def.Select(d => Op.Parser.ParseFrom(d)).ToList();
        return Rebuild(graph, ops, [.. ops.Select(o => o.Source is { } source && policy.Apply(source))]);
    }

    /// <summary>The same as somebody else wants it, who is asked of all sources at once.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="apply">Changes a source, which is for a platform, and tells whether it did.</param>
    public static async Task<Definition> OfAsync(Definition graph, Func<SourceOp, Platform?, Task<bool>> apply)
    {
        var ops = graph.Def.Select(d => Op.Parser.ParseFrom(d)).ToList();
        return Rebuild(graph, ops, await Task.WhenAll(ops.Select(o => o.Source is { } source ? apply(source, o.Platform) : Task.FromResult(false))).ConfigureAwait(false));
    }

    private static Definition Rebuild(Definition graph, List<Op> ops, bool[] changed)
    {
        if (!changed.Contains(true)) return graph;
        var digests = graph.Def.Select(d => Digest.Of(d.Span).ToString()).ToList();
        var numbers = digests.Select((d, i) => (d, i)).DistinctBy(d => d.d).ToDictionary(d => d.d, d => d.i, StringComparer.Ordinal);
        var policed = new Definition { Source = graph.Source?.Clone() };
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var i in InputsFirst(ops, numbers))
        {
            foreach (var input in ops[i].Inputs)
                if (renamed.TryGetValue(input.Digest, out var other)) (input.Digest, changed[i]) = (other, true);
            var bytes = changed[i] ? ByteString.CopyFrom(CanonicalBytes.Of(ops[i])) : graph.Def[i];
            policed.Def.Add(bytes);
            var digest = changed[i] ? Digest.Of(bytes.Span).ToString() : digests[i];
            if (digest != digests[i]) renamed[digests[i]] = digest;
            if (graph.Metadata.TryGetValue(digests[i], out var metadata)) policed.Metadata[digest] = metadata;
            if (policed.Source?.Locations.Remove(digests[i], out var places) is true) policed.Source.Locations[digest] = places;
        }
        return policed;
    }

    // The last entry is the result, and so it stays.
    private static List<int> InputsFirst(List<Op> ops, Dictionary<string, int> numbers)
    {
        var (ordered, done, open) = (new List<int>(), new HashSet<int>(), new HashSet<int>());
        for (var root = 0; root < ops.Count; root++)
        {
            var path = new Stack<int>([root]);
            while (path.TryPeek(out var at))
            {
                var missing = open.Add(at) ? ops[at].Inputs.Where(i => numbers.TryGetValue(i.Digest, out var n) && !done.Contains(n)).Select(i => numbers[i.Digest]).ToList() : [];
                foreach (var input in missing.Where(n => !open.Contains(n))) path.Push(input);
                if (missing.Count > 0) continue;
                path.Pop();
                if (done.Add(at)) ordered.Add(at);
            }
        }
        return ordered;
    }
}
