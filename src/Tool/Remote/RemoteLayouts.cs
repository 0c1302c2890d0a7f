using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Remote;

/// <summary>Names layouts in a graph as BuildKit wants it: by a reference that may be anything, and the store that a session has it in.</summary>
/// <remarks>An operation's digest is that of its bytes, so all that stands on such a source changes with it. Inputs come first in graphs of ours.</remarks>
internal static class RemoteLayouts
{
    /// <summary>What a source begins with.</summary>
    public const string Scheme = "oci-layout://";

    private const string Anything = "localhost/layout", StoreKey = "oci.store", SessionKey = "oci.session";

    /// <summary>The same graph, with layouts of the session of that id.</summary>
    public static Definition Name(Definition graph, string session)
    {
        var ops = graph.Def.Select(d => Op.Parser.ParseFrom(d)).ToList();
        if (!ops.Any(IsLayout)) return graph;
        var named = new Definition();
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < ops.Count; i++)
        {
            if (IsLayout(ops[i])) Name(ops[i].Source, session);
            foreach (var input in ops[i].Inputs) input.Digest = renamed.GetValueOrDefault(input.Digest, input.Digest);
            named.Def.Add(ops[i].ToByteString());
            renamed[Digest.Of(graph.Def[i].Span).ToString()] = Digest.Of(named.Def[i].Span).ToString();
        }
        foreach (var (digest, metadata) in graph.Metadata) named.Metadata[renamed.GetValueOrDefault(digest, digest)] = metadata;
        if (graph.Source is not { } source) return named;
        named.Source = new Source { Infos = { source.Infos } };
        foreach (var (digest, places) in source.Locations) named.Source.Locations[renamed.GetValueOrDefault(digest, digest)] = places;
        return named;
    }

    private static bool IsLayout(Op op) => op.Source?.Identifier.StartsWith(Scheme, StringComparison.Ordinal) is true;

    private static void Name(SourceOp source, string session)
    {
        if (source.Identifier[Scheme.Length..].Split('@') is not [var name, var digest] || source.Attrs.ContainsKey(StoreKey)) return;
        source.Identifier = $"{Scheme}{Anything}@{digest}";
        source.Attrs[StoreKey] = name;
        source.Attrs[SessionKey] = session;
    }
}
