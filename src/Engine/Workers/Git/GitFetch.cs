using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Brings commits into a <see cref="SharedRepository"/>: one commit without its history where the server allows it.</summary>
internal sealed class GitFetch(SharedRepository repository, GitRemote remote, GitConversation conversation, IKeyLock locks)
{
    private const string Refs = "refs/msbuildkit/";

    private static readonly string[] s_fetch = ["fetch", "-q", "--no-tags", "--no-write-fetch-head", "--force"];

    // What servers say that do not give a commit by its id, or not without its history.
    private static readonly string[] s_refusals = ["not our ref", "unadvertised object", "does not allow request", "find remote ref", "no such remote ref", "shallow", "depth"];

    /// <summary>Makes sure that a commit is here, and returns its id: that of the commit that a tag stands for. Throws MBK2029 and MBK2030.</summary>
    /// <param name="revision">What is wanted.</param>
    /// <param name="cancellationToken">Ends it; what is half fetched is nothing.</param>
    public async Task<string> EnsureAsync(GitRevision revision, CancellationToken cancellationToken) =>
        await FindAsync(revision, cancellationToken).ConfigureAwait(false)
        ?? await repository.WriteAsync(locks, conversation.Git, async () =>
            await FindAsync(revision, cancellationToken).ConfigureAwait(false) ?? await FetchAsync(revision, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Makes sure that what is here has its whole history.</summary>
    public Task EnsureHistoryAsync(CancellationToken cancellationToken) => repository.WriteAsync(locks, conversation.Git, async () =>
    {
        if (!File.Exists(Path.Combine(repository.Folder, "shallow"))) return true;
        var output = await conversation.RunAsync(remote, address => new GitCommand(Arguments([], address)) { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? true : throw GitErrors.Failed(remote, output.Error);
    }, cancellationToken);

    private async Task<string?> FindAsync(GitRevision revision, CancellationToken cancellationToken)
    {
        if (!repository.IsSound) return null;
        // A tag that was moved meanwhile is not to be had any more, and its commit may be.
        foreach (var id in new[] { revision.Id, revision.Commit }.Distinct())
        {
            var output = await conversation.Git.RunAsync(new GitCommand("rev-parse", "--verify", "--quiet", id + "^{commit}") { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
            if (output.ExitCode == 0 && GitRef.IsId(output.Text)) return output.Text;
        }
        return null;
    }

    private async Task<string> FetchAsync(GitRevision revision, CancellationToken cancellationToken)
    {
        string[][] ways =
        [
            ["--depth=1", $"{revision.Id}:{Refs}{revision.Id}"],
            .. revision.Ref.Length > 0 ? new[] { new[] { "--depth=1", $"{revision.Ref}:{Refs}by-name" } } : [],
            [],
        ];
        var said = "";
        foreach (var way in ways)
        {
            var output = await conversation.RunAsync(remote, address => new GitCommand(Arguments(way, address)) { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
            if (output.ExitCode == 0 && await FindAsync(revision, cancellationToken).ConfigureAwait(false) is { } commit) return commit;
            if (output.ExitCode != 0 && !s_refusals.Any(r => output.Error.Contains(r, StringComparison.Ordinal))) throw GitErrors.Failed(remote, output.Error);
            said = output.ExitCode == 0 ? said : output.Error;
        }
        throw said.Length == 0 || said.Contains("not our ref", StringComparison.Ordinal) ? GitErrors.NoSuchRef(remote, revision.Id) : GitErrors.Failed(remote, said);
    }

    private string[] Arguments(string[] way, string address) => way.Length > 0
        ? [.. s_fetch, way[0], "--", address, way[1]]
        : [.. s_fetch, "--prune", .. File.Exists(Path.Combine(repository.Folder, "shallow")) ? new[] { "--unshallow" } : [], "--", address, $"refs/heads/*:{Refs}heads/*", $"refs/tags/*:{Refs}tags/*"];
}
