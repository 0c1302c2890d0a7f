using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>Changes operations of a graph. An operation's digest is that of its bytes, so all that stands on a changed one changes with it.</summary>
/// <remarks>Inputs come first in the graphs that it takes, as they do in ours.</remarks>
public static class GraphRewriter
{
    /// <summary>The graph with what <paramref name="change"/> makes of its operations, without those that its result needs no more.</summary>
    /// <param name="graph">Stays as it is.</param>
    /// <param name="change">Gets an operation and its digest in <paramref name="graph"/>; answers another for it, or <c>null</c> where it stays. The inputs of what it answers
    /// are named as in <paramref name="graph"/>.</param>
    public static Definition Rewrite(Definition graph, Func<string, Op, Op?> change)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var ops = new List<Operation>();
        foreach (var bytes in graph.Def)
        {
            var (digest, given) = (Digest.Of(bytes.Span).ToString(), Op.Parser.ParseFrom(bytes));
            var changed = change(digest, given);
            var op = changed ?? given;
            var moved = op.Inputs.Where(i => renamed.GetValueOrDefault(i.Digest, i.Digest) != i.Digest).ToList();
            foreach (var input in moved) input.Digest = renamed[input.Digest];
            var now = changed is null && moved.Count == 0 ? bytes : UnsafeByteOperations.UnsafeWrap(CanonicalBytes.Of(op));
            renamed[digest] = Digest.Of(now.Span).ToString();
            ops.Add(new Operation(renamed[digest], op, now));
        }
        return Describe(graph, renamed, Needed(ops));
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
