using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>What was ever fetched from one repository, kept in the store for all builds: <c>git-repositories/ID</c>, a bare repository.</summary>
/// <remarks>
/// Whoever uses it shares <c>ID.lock</c>, so collection lets it stay. Who fetches holds a lock of the store besides, and removes what a fetch left
/// that was killed: locks of files, half packs. Git makes a pack visible when it is whole, so all else of it is of no harm. One that is damaged loses
/// its mark, and the next who fetches makes it anew.
/// </remarks>
internal sealed class SharedRepository : IDisposable
{
    private const string Mark = "msbuildkit", Work = "msbuildkit-work";

    private const int MostPacks = 50;

    private readonly SafeFileHandle _use;
    private readonly GitRemote _remote;
    private readonly bool _isSha256;

    private SharedRepository(string folder, GitRemote remote, bool isSha256, SafeFileHandle use) => (Folder, _remote, _isSha256, _use) = (folder, remote, isSha256, use);

    /// <summary>The bare repository.</summary>
    public string Folder { get; }

    /// <summary>A folder for files that are needed while <see cref="WriteAsync"/> is under way.</summary>
    public string WorkFolder => Path.Combine(Folder, Work);

    /// <summary>It was made, and nobody found it damaged since.</summary>
    public bool IsSound => File.Exists(Path.Combine(Folder, Mark));

    /// <summary>Opens it; it need not be there.</summary>
    /// <param name="root">The store.</param>
    /// <param name="remote">What is fetched from.</param>
    /// <param name="id">A commit of it, by which its kind of ids is known.</param>
    /// <param name="isAuthorized">Somebody shows a secret to fetch from it: what was fetched so is not for those who have none.</param>
    /// <param name="time">When it is used.</param>
    /// <param name="cancellationToken">Ends the wait for a collection.</param>
    public static async Task<SharedRepository> OpenAsync(string root, GitRemote remote, string id, bool isAuthorized, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, StoreTrees.Repositories, remote.Key.Hex[..32] + (isAuthorized ? "-authorized" : "") + (id.Length == 64 ? "-sha256" : ""));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            while (true)
            {
                if (FileLock.TryShare(folder + ".lock", FileMode.OpenOrCreate) is { } use)
                {
                    File.SetLastWriteTimeUtc(folder + ".lock", time.GetUtcNow().UtcDateTime);
                    return new SharedRepository(folder, remote, id.Length == 64, use);
                }
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(root, e);
        }
    }

    /// <summary>Does something that changes it, while nobody else does.</summary>
    public async Task<T> WriteAsync<T>(IKeyLock locks, GitProgram git, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        using var alone = await locks.AcquireAsync("git:" + Folder, cancellationToken).ConfigureAwait(false);
        try
        {
            await PrepareAsync(git, cancellationToken).ConfigureAwait(false);
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(Folder, e);
        }
        finally
        {
            StagedFolder.Drop(WorkFolder);
        }
    }

    /// <summary>It cannot be read: the next who fetches begins anew.</summary>
    public WorkerException Damaged(string said)
    {
        File.Delete(Path.Combine(Folder, Mark));
        return new WorkerException(WorkerException.GitFailed, ErrorKind.Unavailable,
            $"What was fetched from '{_remote.Address}' is damaged in '{Folder}', and was given up: {PlainText.Of(said.Trim()).TrimEnd('.')}. Build again.");
    }

    /// <inheritdoc />
    public void Dispose() => _use.Dispose();

    private async Task PrepareAsync(GitProgram git, CancellationToken cancellationToken)
    {
        if (IsSound)
        {
            Tidy();
            // Each fetch brings one, and each of them is looked into for each object. Others may read meanwhile: git looks for the new one then.
            if (Directory.EnumerateFiles(Path.Combine(Folder, "objects", "pack"), "*.pack").Count() > MostPacks)
                await git.RunAsync(new GitCommand("repack", "-q", "-a", "-d", "-l") { Folder = Folder }, cancellationToken).ConfigureAwait(false);
            return;
        }
        StagedFolder.Drop(Folder);
        Directory.CreateDirectory(Folder);
        var made = await git.RunAsync(new GitCommand("init", "-q", "--bare", $"--object-format={(_isSha256 ? "sha256" : "sha1")}", "--", Folder), cancellationToken).ConfigureAwait(false);
        if (made.ExitCode != 0) throw new IOException(made.Error.Trim());
        await File.WriteAllBytesAsync(Path.Combine(Folder, Mark), [], cancellationToken).ConfigureAwait(false);
    }

    private void Tidy()
    {
        StagedFolder.Drop(WorkFolder);
        foreach (var file in Directory.EnumerateFiles(Folder, "*.lock", SearchOption.AllDirectories)) File.Delete(file);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "objects"), "tmp_*", SearchOption.AllDirectories)) File.Delete(file);
    }

    private static ContentException CannotKeep(string folder, Exception e) => new(ContentException.CannotKeep, ErrorKind.Unavailable,
        $"'{folder}' cannot be written: {DiskSpace.Explain(e, folder, 0)}. Free space with 'msbuildkit prune', or set ContainerCacheDirectory to another disk.", e);
}
