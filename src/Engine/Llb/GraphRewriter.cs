using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>Changes operations of a graph. An operation's digest is that of its bytes, so all that stands on a changed one changes with it.</summary>
public static class GraphRewriter
{
    /// <summary>The graph with what <paramref name="change"/> makes of its operations, without those that its result needs no more; the same one when nothing changes.
    /// Throws <see cref="LlbException"/>.</summary>
    /// <param name="graph">Stays as it is.</param>
    /// <param name="change">Gets an operation and its digest in <paramref name="graph"/>; answers another for it, or <c>null</c> where it stays. The inputs of what it answers
    /// are named as in <paramref name="graph"/>.</param>
    public static Definition Rewrite(Definition graph, Func<string, Op, Op?> change)
    {
        var ops = InputsFirst(graph);
        return Rewrite(graph, ops, [.. ops.Select(o => change(o.Digest, o.Op))]);
    }

    /// <summary>The same, with all changes asked for at once.</summary>
    public static async Task<Definition> RewriteAsync(Definition graph, Func<string, Op, Task<Op?>> change)
    {
        var ops = InputsFirst(graph);
        return Rewrite(graph, ops, await Task.WhenAll(ops.Select(o => change(o.Digest, o.Op))).ConfigureAwait(false));
    }

    private static Definition Rewrite(Definition graph, List<Operation> ops, Op?[] changes)
    {
        if (Array.TrueForAll(changes, c => c is null)) return graph;
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < ops.Count; i++)
        {
            var (digest, given, bytes) = ops[i];
            var op = changes[i] ?? given;
            var moved = op.Inputs.Where(input => renamed.GetValueOrDefault(input.Digest, input.Digest) != input.Digest).ToList();
            foreach (var input in moved) input.Digest = renamed[input.Digest];
            var now = changes[i] is null && moved.Count == 0 ? bytes : UnsafeByteOperations.UnsafeWrap(CanonicalBytes.Of(op));
            renamed[digest] = Digest.Of(now.Span).ToString();
            ops[i] = new Operation(renamed[digest], op, now);
        }
        return Describe(graph, renamed, Needed(ops));
    }

    // As when it is loaded, nothing is assumed of the order of operations but that the last is the result, and a graph may be deeper than the thread's stack.
    private static List<Operation> InputsFirst(Definition graph)
    {
        var given = graph.Def.Select((bytes, i) => new Operation(Digest.Of(bytes.Span).ToString(), LlbGraph.Parse(graph.Def, i), bytes)).ToList();
        var known = given.DistinctBy(o => o.Digest).ToDictionary(o => o.Digest, StringComparer.Ordinal);
        var ordered = new List<Operation>(given.Count);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new Stack<(Operation Operation, bool Expanded)>(given.TakeLast(1).Select(o => (o, false)));
        while (path.TryPop(out var step))
        {
            if (done.Contains(step.Operation.Digest)) continue;
            if (step.Expanded)
            {
                done.Add(step.Operation.Digest);
                ordered.Add(step.Operation);
                continue;
            }
            path.Push((step.Operation, true));
            foreach (var input in step.Operation.Op.Inputs.Reverse())
                if (known.TryGetValue(input.Digest, out var below)) path.Push((below, false));
        }
        return ordered;
    }

    private static List<Operation> Needed(List<Operation> ops)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal) { ops[^1].Digest };
        foreach (var operation in Enumerable.Reverse(ops))
            if (needed.Contains(operation.Digest)) needed.UnionWith(operation.Op.Inputs.Select(i => i.Digest));
        return [.. ops.Where(o => needed.Contains(o.Digest)).DistinctBy(o => o.Digest)];
    }

    private static Definition Describe(Definition graph, Dictionary<string, string> renamed, List<Operation> ops)
    {
        var kept = ops.Select(o => o.Digest).ToHashSet(StringComparer.Ordinal);
        var rewritten = new Definition { Def = { ops.Select(o => o.Bytes) } };
        foreach (var (digest, metadata) in graph.Metadata)
            if (renamed.GetValueOrDefault(digest, digest) is var name && kept.Contains(name)) rewritten.Metadata[name] = metadata;
        if (graph.Source is not { } source) return rewritten;
        rewritten.Source = new Source { Infos = { source.Infos } };
        foreach (var (digest, places) in source.Locations)
            if (renamed.GetValueOrDefault(digest, digest) is var name && kept.Contains(name)) rewritten.Source.Locations[name] = places;
        return rewritten;
    }

    private sealed record Operation(string Digest, Op Op, ByteString Bytes);
}
