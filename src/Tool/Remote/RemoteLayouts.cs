using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Remote;

/// <summary>Names layouts in a graph as BuildKit wants it: by a reference that may be anything, and the store that a session has it in.</summary>
internal static class RemoteLayouts
{
    /// <summary>What a source begins with.</summary>
    public const string Scheme = "oci-layout://";

    private const string Anything = "localhost/layout", StoreKey = "oci.store", SessionKey = "oci.session";

    /// <summary>The same graph, with layouts of the session of that id.</summary>
    public static Definition Name(Definition graph, string session) =>
        graph.Def.Any(d => IsLayout(Op.Parser.ParseFrom(d))) ? GraphRewriter.Rewrite(graph, (_, op) => IsLayout(op) ? Name(op, session) : null) : graph;

    private static bool IsLayout(Op op) => op.Source?.Identifier.StartsWith(Scheme, StringComparison.Ordinal) is true;

    private static Op Name(Op op, string session)
    {
        var source = op.Source;
        if (source.Identifier[Scheme.Length..].Split('@') is not [var name, var digest] || source.Attrs.ContainsKey(StoreKey)) return op;
        source.Identifier = $"{Scheme}{Anything}@{digest}";
        source.Attrs[StoreKey] = name;
        source.Attrs[SessionKey] = session;
        return op;
    }
}
