using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>The tree of a commit, with those of its submodules, as the entries of a layer.</summary>
/// <remarks>
/// It is read from the objects: there is no checkout, so no hook, filter or attribute of a repository is heard of, and no link is ever followed. Files
/// have the modes 0644 and 0755, which is all that git knows. Repositories of submodules are fetched as the source's own is: none can be of this
/// machine.
/// </remarks>
internal sealed class GitTree(GitSource source, GitConversation conversation, LocalContentStore store, IKeyLock locks, CancellationToken cancellationToken) : IDisposable
{
    private const int DeepestSubmodule = 10, MostSubmodules = 1000;

    private readonly SortedDictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _opened = [];
    private string _wanted = "";
    private long _time;
    private int _submodules;

    /// <summary>The entries in order; they can be read until this is disposed.</summary>
    public IEnumerable<TreeEntry> Entries => _entries.Values;

    /// <summary>Lists a commit of the source's own repository. Throws MBK2027 when it lacks the directory, MBK2028 when it has what no image can have.</summary>
    public async Task AddAsync(SharedRepository repository, string commit)
    {
        _wanted = source.Subdirectory;
        var objects = Open(repository);
        if (source.CommitTimes) _time = TimeOf(objects.ReadText(commit));
        await AddAsync(repository, objects, source.Remote, commit, "", 0).ConfigureAwait(false);
        if (_wanted.Length == 0) return;
        if (!_entries.TryGetValue(_wanted, out var top) || top.Type != TreeEntryType.Directory) throw GitErrors.NoFolder(source.Remote, _wanted);
        var inside = _entries.Values.Where(e => e.Path.StartsWith(_wanted + "/", StringComparison.Ordinal)).Select(e => e with { Path = e.Path[(_wanted.Length + 1)..] }).ToList();
        _entries.Clear();
        foreach (var entry in inside) _entries.Add(entry.Path, entry);
    }

    /// <summary>Adds what is of no commit.</summary>
    public void Add(IEnumerable<TreeEntry> entries)
    {
        foreach (var entry in entries) _entries.Add(entry.Path, entry with { ModifiedSeconds = _time });
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var opened in Enumerable.Reverse(_opened)) opened.Dispose();
    }

    private GitObjects Open(SharedRepository repository)
    {
        var objects = new GitObjects(repository, conversation.Git, cancellationToken);
        _opened.Add(objects);
        return objects;
    }

    private async Task AddAsync(SharedRepository repository, GitObjects objects, GitRemote remote, string commit, string prefix, int depth)
    {
        var submodules = new List<GitEntry>();
        var modules = default(GitEntry);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var found in GitEntry.Read(await RunAsync(repository, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit).ConfigureAwait(false)))
        {
            var entry = found ?? throw GitErrors.Unusable(remote, "a name in it is no UTF-8");
            Check(remote, entry.Path);
            // A name with a slash in it would look like a file of a directory.
            if (entry.Path.LastIndexOf('/') is > 0 and var end && !folders.Contains(entry.Path[..end])) throw GitErrors.Unusable(remote, $"the name '{entry.Path}' in it has no place in an image");
            if (entry.IsFolder) folders.Add(entry.Path);
            if (entry is { Path: ".gitmodules", IsFile: true }) modules = entry;
            if (entry.IsSubmodule) submodules.Add(entry);
            if (!_entries.TryAdd(prefix + entry.Path, ToTreeEntry(remote, objects, entry, prefix))) throw GitErrors.Unusable(remote, $"'{entry.Path}' is in it twice");
        }
        if (source.SkipSubmodules || submodules.Count == 0) return;
        var urls = modules is null ? [] : GitModules.Read(await RunAsync(repository, "config", "--blob", modules.Id, "-z", "--list").ConfigureAwait(false));
        foreach (var submodule in submodules.Where(s => IsWanted(prefix + s.Path)))
            await AddSubmoduleAsync(remote, submodule, urls.GetValueOrDefault(submodule.Path), prefix, depth + 1).ConfigureAwait(false);
    }

    private async Task AddSubmoduleAsync(GitRemote parent, GitEntry submodule, string? url, string prefix, int depth)
    {
        if (url is null) throw GitErrors.Unusable(parent, $"its '.gitmodules' has no address for the submodule '{submodule.Path}'");
        if (depth > DeepestSubmodule || ++_submodules > MostSubmodules) throw GitErrors.Unusable(parent, "its submodules have no end");
        var remote = parent.Submodule(url);
        var repository = await SharedRepository.OpenAsync(store.Root, remote, submodule.Id, await conversation.IsAuthorizedAsync(remote, cancellationToken).ConfigureAwait(false), conversation.Git.Options.Time, cancellationToken).ConfigureAwait(false);
        _opened.Add(repository);
        var commit = await new GitFetch(repository, remote, conversation, locks).EnsureAsync(new GitRevision(submodule.Id, submodule.Id, ""), cancellationToken).ConfigureAwait(false);
        await AddAsync(repository, Open(repository), remote, commit, $"{prefix}{submodule.Path}/", depth).ConfigureAwait(false);
    }

    // What lies beside the directory that is wanted is not fetched.
    private bool IsWanted(string path) =>
        _wanted.Length == 0 || path == _wanted || path.StartsWith(_wanted + "/", StringComparison.Ordinal) || _wanted.StartsWith(path + "/", StringComparison.Ordinal);

    private TreeEntry ToTreeEntry(GitRemote remote, GitObjects objects, GitEntry entry, string prefix)
    {
        var made = new TreeEntry { Path = prefix + entry.Path, Type = TreeEntryType.Directory, Mode = 0b111_101_101, ModifiedSeconds = _time };
        if (entry.IsFolder || entry.IsSubmodule) return made;
        // Nothing outside the directory that is wanted is read.
        if (!IsWanted(made.Path)) return made with { Type = TreeEntryType.File };
        if (entry.IsLink) return made with { Type = TreeEntryType.Symlink, Mode = 0b111_111_111, Link = Target(remote, objects, entry) };
        if (!entry.IsFile) throw GitErrors.Unusable(remote, $"'{entry.Path}' is neither a file nor a link nor a directory");
        return made with
        {
            Type = TreeEntryType.File, Mode = entry.IsProgram ? 0b111_101_101 : 0b110_100_100, Size = entry.Size, Open = entry.Size == 0 ? null : () => objects.Open(entry.Id, entry.Size),
        };
    }

    private static string Target(GitRemote remote, GitObjects objects, GitEntry entry)
    {
        var target = entry.Size is > 0 and < 4096 ? objects.ReadText(entry.Id) : "";
        return target.Length > 0 && !target.Contains('\0', StringComparison.Ordinal) ? target : throw GitErrors.Unusable(remote, $"the link '{entry.Path}' leads to no path");
    }

    // Git refuses most of these when it checks out, and servers may send them all the same.
    private static void Check(GitRemote remote, string path)
    {
        foreach (var part in path.Split('/'))
            if (part is "" or "." or ".." || part.Equals(".git", StringComparison.OrdinalIgnoreCase) || part.StartsWith(".wh.", StringComparison.Ordinal) || part.Contains('\0', StringComparison.Ordinal))
                throw GitErrors.Unusable(remote, $"the name '{path}' in it has no place in an image");
    }

    private async Task<byte[]> RunAsync(SharedRepository repository, params string[] arguments)
    {
        var output = await conversation.Git.RunAsync(new GitCommand(arguments) { Folder = repository.Folder, MostOutput = int.MaxValue / 2 }, cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? output.Output : throw repository.Damaged(output.Error);
    }

    /// <summary>Seconds of the Unix epoch when a commit was made (gitformat-commit: <c>committer NAME &lt;MAIL&gt; SECONDS ZONE</c>).</summary>
    private static long TimeOf(string commit)
    {
        var line = commit.Split('\n').TakeWhile(l => l.Length > 0).FirstOrDefault(l => l.StartsWith("committer ", StringComparison.Ordinal)) ?? "";
        return line.Split(' ') is [.., var seconds, _] && long.TryParse(seconds, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : 0;
    }
}
