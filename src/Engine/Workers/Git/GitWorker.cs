using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Blobs;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Sources of <c>git://</c>: each a layer of the tree of one commit.</summary>
/// <remarks>
/// The key is the commit, with what of it is wanted and where it is from. A ref is asked for once in a build; a full id needs no network when its
/// layer is known. As with files of web servers, whether somebody was shown a secret is a part of the key.
/// </remarks>
internal sealed class GitWorker(GitProgram git, WebFiles web, BlobFetch blobs, LocalContentStore store, IKeyLock locks, LayerOptions layering, SourcePins pins)
{
    // Raised when the same commit comes to give another layer.
    private const int FormatVersion = 1;

    private readonly SharedWork<string, GitRevision> _revisions = new();

    public async Task<Digest> KeyAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = GitSource.Of(vertex);
        var revision = await FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        pins.Add(vertex, new SourcePin($"git+{source.Remote.Address}{(source.Ref.Length == 0 ? "" : "#" + source.Ref)}", "gitCommit", revision.Commit));
        var access = await GitConversation.IsAuthorizedAsync(source, session, cancellationToken).ConfigureAwait(false) ? "authorized" : "open";
        var kept = source.KeepDirectory ? $"{revision.Id} {revision.Ref}" : "";
        return Digest.Of(Encoding.UTF8.GetBytes(
            $"git:{FormatVersion}\n{source.Remote.Address}\n{access}\n{revision.Commit}\n{kept}\n{source.Subdirectory}\n{source.SkipSubmodules}\n{source.CommitTimes}\n{source.Checksum}\n{layering.Fingerprint}\n{vertex.Name}\n{source.Bundle}\n{(source.AsBundle ? $"bundle {revision.Id} {revision.Ref}" : "")}"));
    }

    public async Task<VertexResult> RunAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = GitSource.Of(vertex);
        var revision = await FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        using var conversation = new GitConversation(source, session, git, web);
        using var repository = await OpenAsync(source, revision, conversation, session, cancellationToken).ConfigureAwait(false);
        var fetch = new GitFetch(repository, source.Remote, conversation, locks);
        var commit = await fetch.EnsureAsync(revision, cancellationToken).ConfigureAwait(false);
        if (!commit.StartsWith(source.Checksum, StringComparison.Ordinal) && !revision.Id.StartsWith(source.Checksum, StringComparison.Ordinal))
            throw GitErrors.WrongCommit(vertex.Name, source.Checksum, commit);

        if (source.AsBundle)
        {
            if (source.Bundle is null) await fetch.EnsureHistoryAsync(cancellationToken).ConfigureAwait(false);
            return await WriteBundleAsync(vertex, new GitBundleFile(revision, commit, repository, git), repository, cancellationToken).ConfigureAwait(false);
        }
        using var tree = new GitTree(source, conversation, store, locks, cancellationToken);
        await tree.AddAsync(repository, commit).ConfigureAwait(false);
        if (!source.KeepDirectory || source.Subdirectory.Length > 0) return await WriteAsync(vertex, tree.Entries, cancellationToken).ConfigureAwait(false);
        return await repository.WriteAsync(locks, git, async () =>
        {
            tree.Add(await new GitDirectory(source, revision, commit, repository, git).MakeAsync(cancellationToken).ConfigureAwait(false));
            return await WriteAsync(vertex, tree.Entries, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the source is now; with its objects only when somebody wants them, since they have to be fetched.</summary>
    public async Task<SourceFacts> InspectAsync(Vertex vertex, IBuildSession session, bool objects, CancellationToken cancellationToken)
    {
        var source = GitSource.Of(vertex);
        var revision = await FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        var facts = new SourceFacts(revision.Id) { Ref = revision.Ref, Commit = revision.Commit == revision.Id ? "" : revision.Commit };
        if (!objects) return facts;
        using var conversation = new GitConversation(source, session, git, web);
        using var repository = await OpenAsync(source, revision, conversation, session, cancellationToken).ConfigureAwait(false);
        var commit = await new GitFetch(repository, source.Remote, conversation, locks).EnsureAsync(revision, cancellationToken).ConfigureAwait(false);
        return facts with
        {
            CommitObject = await ReadAsync(repository, "commit", commit, cancellationToken).ConfigureAwait(false),
            TagObject = commit == revision.Id ? null : await ReadAsync(repository, "tag", revision.Id, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<SharedRepository> OpenAsync(GitSource source, GitRevision revision, GitConversation conversation, IBuildSession session, CancellationToken cancellationToken) => source.Bundle is not null
        ? await new GitBundle(source, blobs, session, git, locks).OpenAsync(cancellationToken).ConfigureAwait(false)
        : await SharedRepository.OpenAsync(store.Root, source.Remote, revision.Id, await conversation.IsAuthorizedAsync(source.Remote, cancellationToken).ConfigureAwait(false), git.Options.Time, cancellationToken).ConfigureAwait(false);

    private async Task<byte[]> ReadAsync(SharedRepository repository, string kind, string id, CancellationToken cancellationToken)
    {
        var read = await git.RunAsync(new GitCommand("cat-file", kind, id) { Folder = repository.Folder }, cancellationToken).ConfigureAwait(false);
        return read.ExitCode == 0 ? read.Output : throw repository.Damaged(read.Error);
    }

    private Task<VertexResult> WriteBundleAsync(Vertex vertex, GitBundleFile bundle, SharedRepository repository, CancellationToken cancellationToken) => repository.WriteAsync(locks, git,
        async () => await WriteAsync(vertex, [await bundle.MakeAsync(cancellationToken).ConfigureAwait(false)], cancellationToken).ConfigureAwait(false), cancellationToken);

    private async Task<VertexResult> WriteAsync(Vertex vertex, IEnumerable<TreeEntry> entries, CancellationToken cancellationToken) =>
        new LayersResult(new LayerChain([await LayerWriter.WriteAsync(entries, store, layering, vertex.Name, cancellationToken).ConfigureAwait(false)]));

    // Two sources of one branch see the same commit, whatever happens to the branch meanwhile.
    private async Task<GitRevision> FindAsync(GitSource source, IBuildSession session, CancellationToken cancellationToken)
    {
        // Names of secrets that nobody lends make no difference.
        var access = await GitConversation.IsAuthorizedAsync(source, session, cancellationToken).ConfigureAwait(false) ? $"{source.HeaderSecret}\n{source.TokenSecret}" : "";
        return await _revisions.GetAsync(string.Join('\n', source.Remote.Address, source.Ref, source.Checksum, source.FetchByCommit, source.Bundle, access), async token =>
        {
            if (source.Bundle is not null) return await new GitBundle(source, blobs, session, git, locks).FindAsync(token).ConfigureAwait(false);
            using var conversation = new GitConversation(source, session, git, web);
            return await GitRevision.FindAsync(source, conversation, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }
}
