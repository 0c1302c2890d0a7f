using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Reads the <c>.dockerignore</c> of folders that the client lends.</summary>
/// <param name="trees">Solves what is looked into.</param>
/// <param name="contexts">Named contexts, by the names that people know.</param>
internal sealed class IgnoreFiles(SolvedFiles trees, IReadOnlyDictionary<string, BuildContext> contexts) : IContextFiles
{
    /// <summary>The patterns for the build context: of the file beside the Dockerfile, else of its own.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(LoadedDefinition source, CancellationToken cancellationToken)
    {
        if (source.Context is not FolderContext folder) return [];
        var options = new LocalSourceOptions { SharedKeyHint = $"{folder.Name}-{IgnoreFile.Name}", SessionId = folder.SessionId };
        return IgnoreFile.Read(source.Ignore ?? await FindLentAsync(folder.Name, options, cancellationToken).ConfigureAwait(false));
    }

    // Who copies nothing of the context need not lend it.
    private async Task<byte[]?> FindLentAsync(string folder, LocalSourceOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(folder, IgnoreFile.Name, options, $"[internal] load {IgnoreFile.Name}", cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.NotSupported)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public Task<byte[]?> FindAsync(string context, string path, CancellationToken cancellationToken)
    {
        var (name, folder) = contexts.Select(c => (c.Key, Folder: c.Value as FolderContext)).First(c => c.Folder?.Name == context);
        var options = new LocalSourceOptions { SharedKeyHint = $"context:{name}-{path}", SessionId = folder!.SessionId };
        return FindAsync(context, path, options, $"[context {name}] load {path}", cancellationToken);
    }

    private async Task<byte[]?> FindAsync(string folder, string path, LocalSourceOptions options, string name, CancellationToken cancellationToken)
    {
        var files = await trees.OpenAsync(LlbState.Local(folder, options with { FollowPaths = [path], SendAll = true }, name), cancellationToken).ConfigureAwait(false);
        await using var closed = files.ConfigureAwait(false);
        return await SolvedFiles.FindAsync(files, path, cancellationToken).ConfigureAwait(false);
    }
}
