using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Makes trees of contexts.</summary>
/// <param name="scope">What is converted.</param>
/// <param name="images">Finds images.</param>
/// <param name="files">Looks into folders, or <c>null</c> when nothing can.</param>
/// <param name="paths">What is used of folders.</param>
internal sealed class ContextTrees(ConversionScope scope, ResolvedImages images, IContextFiles? files, ContextPaths paths)
{
    private const string HttpFile = "context";
    private const string IgnoreName = ".dockerignore";

    private readonly List<UsedImage> _used = [];

    /// <summary>Every image that a tree begins with, once each.</summary>
    public IReadOnlyList<UsedImage> Used => [.. _used.Distinct().OrderBy(u => u.Name, StringComparer.Ordinal).ThenBy(u => u.Platform.ToString(), StringComparer.Ordinal)];

    /// <summary>What <c>COPY</c> without <c>--from</c> copies of.</summary>
    public async Task<LlbState> MainAsync() => scope.Request.Context switch
    {
        FolderContext folder => LlbState.Local(
            folder.Name,
            new LocalSourceOptions { SharedKeyHint = folder.Name, SessionId = folder.SessionId, ExcludePatterns = scope.Request.Ignore, FollowPaths = paths.Main },
            "[internal] load build context"),
        GitContext git => Git(git.Address),
        HttpContext http => Unpack(LlbState.Http(http.Url, new HttpSourceOptions { FileName = HttpFile }, "[internal] load remote build context")),
        ImageContext or LayoutContext => (await ImageAsync(scope.Request.Context, scope.Platform, "[internal] load build context").ConfigureAwait(false)).Tree,
        GraphContext graph => graph.Tree,
        _ => LlbState.Scratch,
    };

    /// <summary>What stands in for a stage or an image.</summary>
    /// <param name="named">The context.</param>
    /// <param name="platform">Of an image.</param>
    /// <param name="node">The place in the graph of what it stands in for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ContextTree> NamedAsync(NamedContext named, Platform platform, int node, CancellationToken cancellationToken) => named.Context switch
    {
        FolderContext folder => new ContextTree(LlbState.Local(folder.Name, await FolderAsync(folder, named.Name, node, cancellationToken).ConfigureAwait(false), $"[context {named.Name}] load from client")),
        GitContext git => new ContextTree(Git(git.Address)),
        HttpContext http => new ContextTree(LlbState.Http(http.Url, new HttpSourceOptions { FileName = HttpFile }, $"[context {named.Name}] {SourceAddress.WithoutCredentials(http.Url)}")),
        ImageContext image => await ImageAsync(image, platform, $"[context {named.Name}] {image.Reference}").ConfigureAwait(false),
        LayoutContext => await ImageAsync(named.Context, platform, $"[context {named.Name}] OCI load from client").ConfigureAwait(false),
        GraphContext graph => new ContextTree(graph.Tree, graph.Config),
        _ => new ContextTree(LlbState.Scratch),
    };

    /// <summary>An image of a registry, pinned.</summary>
    public async Task<(FoundImage Found, string Pinned)> FindAsync(ImageReference reference, Platform platform)
    {
        var found = await images.FindAsync(reference, platform).ConfigureAwait(false);
        var pinned = reference.WithDigest(found.Digest).ToString();
        Add(new UsedImage(pinned, found.Digest, platform, IsRemote: true));
        return (found, pinned);
    }

    private async Task<ContextTree> ImageAsync(BuildContext context, Platform platform, string name)
    {
        if (context is LayoutContext layout)
        {
            var inLayout = await images.FindAsync(layout, platform).ConfigureAwait(false);
            Add(new UsedImage($"{layout.Store}@{inLayout.Digest}", inLayout.Digest, platform, IsRemote: false));
            var tree = layout.Name is null ? LlbState.OciLayout(layout.Store, inLayout.Digest, platform, name)
                : LlbState.OciLayout($"{layout.Name}@{inLayout.Digest}", platform, new OciLayoutOptions { Store = layout.Store }, name);
            return new ContextTree(tree, inLayout.Config);
        }
        var reference = ((ImageContext)context).Reference;
        if (reference is { Registry: ImageReference.DefaultRegistry, Repository: "library/scratch" }) return new ContextTree(LlbState.Scratch);
        var (found, pinned) = await FindAsync(reference, platform).ConfigureAwait(false);
        return new ContextTree(LlbState.Image(pinned, platform, name), found.Config);
    }

    private async Task<LocalSourceOptions> FolderAsync(FolderContext folder, string name, int node, CancellationToken cancellationToken)
    {
        var ignore = files is null ? null : await files.FindAsync(folder.Name, IgnoreName, cancellationToken).ConfigureAwait(false);
        return new LocalSourceOptions { SharedKeyHint = $"context:{name}-{folder.SharedKey}", SessionId = folder.SessionId, ExcludePatterns = IgnoreFile.Read(ignore), FollowPaths = paths.Named(node) };
    }

    private LlbState Git(string address)
    {
        var shown = SourceAddress.WithoutCredentials(address);
        if (!GitReference.TryParse(address, out var reference, out var why))
            throw new Fault(FaultCodes.BadGitAddress, $"The context '{shown}' is not an address of a repository: {why ?? "it is neither git, ssh nor an address that ends in '.git'"}. Correct it.");
        var isTimed = scope.HasEpochArg && !reference.Options.CheckoutTimes;
        var options = reference.Options with
        {
            KeepGitDirectory = reference.KeepsGitDirectory is true || scope.KeepsGitDirectory,
            CommitTimes = reference.Options.CommitTimes || isTimed,
        };
        return LlbState.Git(reference.Remote, options, $"[internal] load git source {shown}");
    }

    private static LlbState Unpack(LlbState file) =>
        LlbState.Scratch.File(null, FileStep.Copy(file, "/" + HttpFile, "/", new CopyOptions { Unpack = true }));

    private void Add(UsedImage image)
    {
        lock (_used) _used.Add(image);
    }
}

/// <summary>What a context has come to.</summary>
/// <param name="Tree">Its files.</param>
/// <param name="Config">Of an image, or <c>null</c>.</param>
internal sealed record ContextTree(LlbState Tree, ImageConfig? Config = null);
