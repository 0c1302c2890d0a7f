using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Build.Options;

namespace MsBuildKit.Tool.Build;

/// <summary>Finds the Dockerfile, what it copies of and what is left out of that.</summary>
internal sealed class DockerfileReader(ToolHost host, BuildSubmission submission, SideBuild side, TemporaryFolder folder)
{
    private const string Ignore = ".dockerignore", ByDefault = "Dockerfile", OnInput = "standard input", Unpacked = "context", Fetched = "fetched";

    private const int Longest = 4 << 20;

    public Task<SubmittedDockerfile> ReadAsync(CancellationToken cancellationToken) => submission.Context switch
    {
        null => ReadInputAsync(cancellationToken),
        FolderContext context => ReadFolderAsync(context, submission.Folders[context.Name], null, cancellationToken),
        HttpContext context when submission.Dockerfile is not DockerfileOnInput => ReadWebAsync(context, cancellationToken),
        var context => ReadRemoteAsync(context, cancellationToken),
    };

    private async Task<SubmittedDockerfile> ReadFolderAsync(BuildContext context, string root, string? name, CancellationToken cancellationToken)
    {
        var (text, path) = submission.Dockerfile switch
        {
            DockerfileOnInput => (await ReadTextAsync(OnInput, host.OpenInput, cancellationToken).ConfigureAwait(false), null),
            DockerfileOnDisk disk => await ReadFileAsync(disk.Path, cancellationToken).ConfigureAwait(false),
            DockerfileInContext inside => await ReadFileAsync(Below(root, inside.Name), cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException(),
        };
        var shown = path is null ? OnInput : name ?? Path.GetRelativePath(host.CurrentDirectory, path);
        // One that belongs to this Dockerfile wins over that of the context.
        var ignore = path is not null && File.Exists(path + Ignore) ? path + Ignore : Path.Combine(root, Ignore);
        return new SubmittedDockerfile(text, shown, context, root, File.Exists(ignore) ? await ReadIgnoreAsync(ignore, cancellationToken).ConfigureAwait(false) : []);
    }

    private async Task<SubmittedDockerfile> ReadInputAsync(CancellationToken cancellationToken)
    {
        var file = folder.PathOf("input");
        await SaveAsync(file, cancellationToken).ConfigureAwait(false);
        if (!await ArchiveSigns.AreInAsync(file, cancellationToken).ConfigureAwait(false))
            return new SubmittedDockerfile(await ReadTextAsync(OnInput, () => File.OpenRead(file), cancellationToken).ConfigureAwait(false), OnInput, new NoContext(), null, []);
        var root = folder.PathOf(Unpacked);
        await side.UnpackAsync(file, root, cancellationToken).ConfigureAwait(false);
        return await ReadFolderAsync(new FolderContext(ContextParser.MainFolder), root, submission.Dockerfile is DockerfileInContext inside ? inside.Name : null, cancellationToken).ConfigureAwait(false);
    }

    // An address may be an archive's or a Dockerfile's: only its bytes tell.
    private async Task<SubmittedDockerfile> ReadWebAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var root = folder.PathOf(Fetched);
        await side.RunAsync($"ADD {Words(context.Url, "/context")}\n", new NoContext(), null, root, cancellationToken).ConfigureAwait(false);
        var file = Path.Combine(root, "context");
        if (await ArchiveSigns.AreInAsync(file, cancellationToken).ConfigureAwait(false)) return await ReadRemoteAsync(context, cancellationToken).ConfigureAwait(false);
        return new SubmittedDockerfile(await ReadTextAsync(context.Url, () => File.OpenRead(file), cancellationToken).ConfigureAwait(false), Path.GetFileName(new Uri(context.Url).AbsolutePath), new NoContext(), null, []);
    }

    private async Task<SubmittedDockerfile> ReadRemoteAsync(BuildContext context, CancellationToken cancellationToken)
    {
        var root = folder.PathOf("remote");
        var name = submission.Dockerfile is DockerfileInContext inside ? inside.Name : ByDefault;
        var place = Path.GetDirectoryName(name) is { Length: > 0 } inner ? $"/{inner}/" : "/";
        await side.RunAsync($"COPY {Words(name + "*", place)}\nCOPY {Words(Ignore + "*", "/")}\n", context, null, root, cancellationToken).ConfigureAwait(false);
        return await ReadFolderAsync(context, root, name, cancellationToken).ConfigureAwait(false) with { Folder = null };
    }

    private async Task<(string Text, string? Path)> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        // As with Docker, a Dockerfile that is not named may be written small.
        if (!File.Exists(path) && Path.GetFileName(path) == ByDefault && Path.Combine(Path.GetDirectoryName(path)!, "dockerfile") is var small && File.Exists(small)) path = small;
        return (await ReadTextAsync(path, () => File.OpenRead(path), cancellationToken).ConfigureAwait(false), path);
    }

    private static async Task<IReadOnlyList<string>> ReadIgnoreAsync(string path, CancellationToken cancellationToken) =>
        IgnoreFile.Read(Encoding.UTF8.GetBytes(await ReadTextAsync(path, () => File.OpenRead(path), cancellationToken).ConfigureAwait(false)));

    private static async Task<string> ReadTextAsync(string name, Func<Stream> open, CancellationToken cancellationToken)
    {
        try
        {
            var stream = open();
            await using var closed = stream.ConfigureAwait(false);
            using var bytes = new MemoryStream();
            var piece = new byte[81920];
            while (await stream.ReadAsync(piece, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                if (bytes.Length + read > Longest) throw new ToolException(ToolException.NoDockerfile, ErrorKind.Invalid, $"'{name}' is no Dockerfile: it is larger than 4 MiB. Name the Dockerfile with --file.");
                bytes.Write(piece, 0, read);
            }
            return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length).TrimStart('\ufeff');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ToolException.NoDockerfile, ErrorKind.NotFound, $"The Dockerfile '{name}' cannot be read: {e.Message.TrimEnd('.')}. Name it with --file.", e);
        }
    }

    private async Task SaveAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var (input, saved) = (host.OpenInput(), File.Create(file));
            await using var reading = input.ConfigureAwait(false);
            await using var writing = saved.ConfigureAwait(false);
            await input.CopyToAsync(saved, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ToolException.NoContext, ErrorKind.FailedPrecondition, $"Standard input cannot be kept: {e.Message.TrimEnd('.')}. Make room for it in the store.", e);
        }
    }

    private static string Words(params string[] words) => JsonSerializer.Serialize(words);

    private static string Below(string root, string name)
    {
        var path = Path.GetFullPath(name, root);
        return path.StartsWith(root + "/", StringComparison.Ordinal) ? path
            : throw new ToolException(ToolException.NoDockerfile, ErrorKind.Invalid, $"The Dockerfile '{name}' is outside of the context. Name one that is in it.");
    }
}
