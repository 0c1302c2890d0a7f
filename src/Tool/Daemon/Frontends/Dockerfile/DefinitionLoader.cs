using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Build;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Finds the Dockerfile and what it copies of, and reads the Dockerfile.</summary>
/// <param name="trees">Solves what is looked into.</param>
/// <param name="attributes">Say where.</param>
/// <param name="call">Has graphs that stand in for folders.</param>
internal sealed class DefinitionLoader(SolvedFiles trees, DockerfileAttributes attributes, FrontendCall call)
{
    /// <summary>The name of a context, as a lent folder and as an input.</summary>
    public const string Context = "context";

    private const string Dockerfile = "dockerfile", ByDefault = "Dockerfile", Ignore = ".dockerignore", WebFile = "context";

    public async Task<LoadedDefinition> LoadAsync(CancellationToken cancellationToken)
    {
        var place = await FindPlaceAsync(cancellationToken).ConfigureAwait(false);
        var tree = attributes.DockerfileFolder is null ? place.Dockerfile ?? Lent(Dockerfile, place.FileName) : Lent(attributes.DockerfileFolder, place.FileName);
        var graph = LlbMarshaller.MarshalOrNull(tree) ?? throw NotThere(place.FileName);
        var files = await trees.OpenAsync(tree, cancellationToken).ConfigureAwait(false);
        await using var closed = files.ConfigureAwait(false);
        var text = await SolvedFiles.FindAsync(files, place.FileName, cancellationToken).ConfigureAwait(false)
            ?? (SmallNameOf(place.FileName) is { } small ? await SolvedFiles.FindAsync(files, small, cancellationToken).ConfigureAwait(false) : null)
            ?? throw NotThere(place.FileName);
        var ignore = await SolvedFiles.FindAsync(files, place.FileName + Ignore, cancellationToken).ConfigureAwait(false);
        return new LoadedDefinition(Encoding.UTF8.GetString(text).TrimStart('\ufeff'), place.FileName, graph, LlbGraph.Load(graph).Vertex.Digest, ignore, place.Context);
    }

    private async Task<Place> FindPlaceAsync(CancellationToken cancellationToken)
    {
        var place = attributes switch
        {
            { GitContext: { } git } => new Place(new GraphContext(git), git, attributes.FileName),
            { WebContext: { } url } => await FindWebAsync(url, cancellationToken).ConfigureAwait(false),
            _ => new Place(Input(Context) is { } tree ? new GraphContext(tree) : attributes.Lent(Context), Input(Dockerfile), attributes.FileName),
        };
        return attributes.ContextFolder is { } folder && place.Context is GraphContext whole ? place with { Context = new GraphContext(Scope(whole.Tree, folder)) } : place;
    }

    // An address may be an archive's or a Dockerfile's: only its bytes tell.
    private async Task<Place> FindWebAsync(string url, CancellationToken cancellationToken)
    {
        var file = LlbState.Http(url, new HttpSourceOptions { FileName = WebFile }, "[internal] load remote build context");
        var files = await trees.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using var closed = files.ConfigureAwait(false);
        if (!ArchiveSigns.AreIn(await files.ReadAsync(WebFile, 0, ArchiveSigns.Length, cancellationToken).ConfigureAwait(false))) return new Place(new GraphContext(file), file, WebFile);
        var unpacked = LlbState.Scratch.File(null, FileStep.Copy(file, "/" + WebFile, "/", new CopyOptions { Unpack = true }));
        return new Place(new GraphContext(unpacked), unpacked, attributes.FileName);
    }

    private LlbState? Input(string name) => call.Inputs.TryGetValue(name, out var graph) ? LlbState.Of(graph) : null;

    private LlbState Lent(string folder, string file)
    {
        string[] names = SmallNameOf(file) is { } small ? [file, file + Ignore, small] : [file, file + Ignore];
        var options = new LocalSourceOptions { FollowPaths = names, SharedKeyHint = folder, SessionId = attributes.Lent(folder).SessionId, SendAll = true };
        return LlbState.Local(folder, options, $"[internal] load build definition from {file}");
    }

    // As with Docker, a Dockerfile by its own name may be written small.
    private static string? SmallNameOf(string file) => Path.GetFileName(file) == ByDefault ? file[..^ByDefault.Length] + Dockerfile : null;

    private static LlbState Scope(LlbState tree, string folder) => LlbState.Scratch.File(null, FileStep.Copy(tree, Path.GetFullPath(folder, "/"), "/", new CopyOptions { ContentsOnly = true }));

    private static FrontendException NotThere(string file) => new(
        FrontendException.NoDockerfile, ErrorKind.NotFound, $"failed to read dockerfile: open {file}: no such file or directory: name the Dockerfile with 'filename'");

    private sealed record Place(BuildContext Context, LlbState? Dockerfile, string FileName);
}
