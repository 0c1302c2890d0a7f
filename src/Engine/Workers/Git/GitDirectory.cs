using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Makes a <c>.git</c> that has one commit, checked out, without its history (gitrepository-layout(5)).</summary>
/// <remarks>Like BuildKit's it is on no branch, has the ref that was asked for, and names the repository as its origin. The same commit gives the same
/// bytes with the same git: the pack is made anew from whole objects, by one thread, and the index holds no time and no inode.</remarks>
internal sealed class GitDirectory(GitSource source, GitRevision revision, string commit, SharedRepository repository, GitProgram git)
{
    private readonly List<TreeEntry> _entries = [];

    /// <summary>Its entries; the files among them are read from <see cref="SharedRepository.WorkFolder"/>.</summary>
    public async Task<IReadOnlyList<TreeEntry>> MakeAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(repository.WorkFolder);
        foreach (var folder in new[] { "", "/objects", "/objects/info", "/objects/pack", "/refs", "/refs/heads", "/refs/tags" }) AddFolder(".git" + folder);
        Add("HEAD", commit + "\n");
        Add("config", Configuration());
        AddRef();
        if (await HasParentsAsync(cancellationToken).ConfigureAwait(false)) Add("shallow", commit + "\n");
        await AddPackAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(["read-tree", commit], "", cancellationToken).ConfigureAwait(false);
        AddFile("index", Path.Combine(repository.WorkFolder, "index"));
        return _entries;
    }

    private string Configuration()
    {
        var (version, extension) = commit.Length == 64 ? (1, "[extensions]\n\tobjectFormat = sha256\n") : (0, "");
        var address = source.Remote.Address.Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = false\n{extension}[remote \"origin\"]\n\turl = \"{address}\"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n";
    }

    private void AddRef()
    {
        if (!revision.Ref.StartsWith("refs/", StringComparison.Ordinal)) return;
        var folder = "";
        foreach (var part in revision.Ref.Split('/')[..^1])
        {
            folder += "/" + part;
            if (_entries.All(e => e.Path != ".git" + folder)) AddFolder(".git" + folder);
        }
        Add(revision.Ref, revision.Id + "\n");
    }

    // The shared repository lacks the parents, and says so: the commit itself is asked.
    private async Task<bool> HasParentsAsync(CancellationToken cancellationToken) =>
        (await RunAsync(["cat-file", "commit", commit], "", cancellationToken).ConfigureAwait(false)).Split('\n').TakeWhile(l => l.Length > 0).Any(l => l.StartsWith("parent ", StringComparison.Ordinal));

    private async Task AddPackAsync(CancellationToken cancellationToken)
    {
        var objects = await RunAsync(["rev-list", "--objects", "--no-walk", commit], "", cancellationToken).ConfigureAwait(false);
        if (revision.Id != commit) objects += revision.Id + "\n";
        await RunAsync(["pack-objects", "-q", "--threads=1", "--window=0", "--no-reuse-object", Path.Combine(repository.WorkFolder, "pack")], objects, cancellationToken).ConfigureAwait(false);
        foreach (var file in Directory.EnumerateFiles(repository.WorkFolder, "pack-*").Where(f => Path.GetExtension(f) is ".pack" or ".idx").Order(StringComparer.Ordinal))
            AddFile("objects/pack/" + Path.GetFileName(file), file);
    }

    private void AddFolder(string path) => _entries.Add(new TreeEntry { Path = path, Type = TreeEntryType.Directory, Mode = 0b111_101_101 });

    private void Add(string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Add(name, bytes.Length, () => new MemoryStream(bytes, writable: false));
    }

    private void AddFile(string name, string path) => Add(name, new FileInfo(path).Length, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan));

    private void Add(string name, long size, Func<Stream> open) => _entries.Add(new TreeEntry { Path = ".git/" + name, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = size, Open = open });

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string> { ["GIT_INDEX_FILE"] = Path.Combine(repository.WorkFolder, "index") };
        var output = await git.RunAsync(new GitCommand(arguments) { Folder = repository.Folder, Input = input, Variables = variables, MostOutput = int.MaxValue / 2 }, cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Output) : throw repository.Damaged(output.Error);
    }
}
