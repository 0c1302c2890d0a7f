using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Blobs;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>The bundle that stands in for the repository of a source (gitformat-bundle(5)).</summary>
/// <remarks>It has a repository of its own in the store: what came in a bundle is had by nobody who asks for the repository, and never asks it. Its commit is
/// known by its id, so whatever else is in a bundle does not matter.</remarks>
internal sealed class GitBundle(GitSource source, BlobFetch blobs, IBuildSession session, GitProgram git, IKeyLock locks)
{
    private const string Kept = "refs/msbuildkit/bundle";

    private readonly BlobAddress _address = source.Bundle!;

    private string FilePath => blobs.Store.PathOf(_address.Digest);

    /// <summary>Opens its repository, whose commit is there then. Throws MBK2029 when the bundle cannot be read, MBK2030 when it has no such commit.</summary>
    public async Task<SharedRepository> OpenAsync(CancellationToken cancellationToken)
    {
        var place = source.Remote with { Address = _address.ToString() };
        var repository = await SharedRepository.OpenAsync(blobs.Store.Root, place, source.Checksum, isAuthorized: false, git.Options.Time, cancellationToken).ConfigureAwait(false);
        try
        {
            // Also when its commits are here: who may not read a bundle must not have them.
            await blobs.BringAsync(_address, source.BundlePlace, session, cancellationToken).ConfigureAwait(false);
            if (!await HasCommitAsync(repository, cancellationToken).ConfigureAwait(false))
                await repository.WriteAsync(locks, git, () => UnpackAsync(repository, cancellationToken), cancellationToken).ConfigureAwait(false);
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>What the ref of the source is in it.</summary>
    public async Task<GitRevision> FindAsync(CancellationToken cancellationToken)
    {
        if (source.Ref.Length == 0 || GitRef.IsId(source.Ref)) return new(source.Checksum, source.Checksum, "");
        using var repository = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var heads = (await RunAsync(["bundle", "list-heads", FilePath], cancellationToken).ConfigureAwait(false)).Split('\n').Select(l => l.Split(' ', 2)).Where(l => l.Length == 2).Select(l => (l[0], l[1]));
        if (GitRevision.Find(source.Ref, [.. heads]) is not { } found || !GitRef.IsId(found.Id)) throw GitErrors.NoSuchRef(source.Remote, source.Ref);
        var commit = await git.RunAsync(new GitCommand("rev-parse", "--verify", "--quiet", found.Id + "^{commit}") { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
        if (commit.Text != source.Checksum && found.Id != source.Checksum) throw GitErrors.WrongCommit(source.Remote.Address, source.Checksum, new[] { found.Id, commit.Text }.Distinct());
        return found with { Commit = commit.Text };
    }

    private async Task<bool> HasCommitAsync(SharedRepository repository, CancellationToken cancellationToken) => repository.IsSound
        && (await git.RunAsync(new GitCommand("cat-file", "-e", source.Checksum + "^{commit}") { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false)).ExitCode == 0;

    private async Task<bool> UnpackAsync(SharedRepository repository, CancellationToken cancellationToken)
    {
        var unpacked = await git.RunAsync(new GitCommand("bundle", "unbundle", FilePath) { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
        if (unpacked.ExitCode != 0) throw GitErrors.Failed(source.Remote, $"its bundle '{_address}' cannot be read: {unpacked.Error}");
        if (!await HasCommitAsync(repository, cancellationToken).ConfigureAwait(false)) throw GitErrors.NoSuchRef(source.Remote, source.Checksum);
        await git.RunAsync(new GitCommand("update-ref", Kept, source.Checksum) { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var output = await git.RunAsync(new GitCommand(arguments), cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Output) : throw GitErrors.Failed(source.Remote, output.Error);
    }
}
