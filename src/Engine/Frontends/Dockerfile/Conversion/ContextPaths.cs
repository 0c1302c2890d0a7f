namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Which paths of folders a Dockerfile uses. No more than these are sent.</summary>
/// <remarks>A folder is one source for all uses, so they must be known before the first tree is made of it: a Dockerfile is converted twice, and
/// the second time with what the first found.</remarks>
internal sealed class ContextPaths
{
    private const string Everything = "/";

    private readonly HashSet<string> _main = new(StringComparer.Ordinal);
    private readonly Dictionary<int, IReadOnlyCollection<string>> _named = [];

    /// <summary>What is sent of the build context; empty for all of it.</summary>
    public IReadOnlyList<string> Main => Follow(_main);

    /// <summary>What is sent of the context that stands in for a node of the graph, by the node's place.</summary>
    public IReadOnlyList<string> Named(int node) => Follow(_named.GetValueOrDefault(node, []));

    /// <summary>A path of the build context is used.</summary>
    public void Add(string path) => _main.Add(UnixPath.Join("/", path));

    /// <summary>Takes over what was used of the nodes.</summary>
    public void Add(IReadOnlyList<StageNode> nodes)
    {
        for (var i = 0; i < nodes.Count; i++) _named[i] = nodes[i].UsedPaths;
    }

    private static List<string> Follow(IReadOnlyCollection<string> paths) =>
        paths.Contains(Everything) ? [] : [.. paths.Select(p => UnixPath.Join(".", p)).Order(StringComparer.Ordinal)];
}
