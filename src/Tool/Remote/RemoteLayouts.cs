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
    public static Definition Name(Definition graph, string session) => GraphRewriter.Rewrite(graph, (_, op) => Name(op, session));

    private static Op? Name(Op op, string session)
    {
        if (op.Source is not { } source || !source.Identifier.StartsWith(Scheme, StringComparison.Ordinal)) return null;
        if (source.Identifier[Scheme.Length..].Split('@') is not [var name, var digest] || source.Attrs.ContainsKey(StoreKey)) return null;
        source.Identifier = $"{Scheme}{Anything}@{digest}";
        source.Attrs[StoreKey] = name;
        source.Attrs[SessionKey] = session;
        return op;
    }
}
