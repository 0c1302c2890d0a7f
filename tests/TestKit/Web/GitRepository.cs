namespace MsBuildKit.TestKit.Web;

/// <summary>A bare repository and a work tree beside it, made with the real git; every commit has the same author and time.</summary>
public sealed class GitRepository
{
    /// <summary>Seconds of the Unix epoch of every commit.</summary>
    public const long Time = 1_600_000_000;

    private static readonly Dictionary<string, string?> s_environment = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["HOME"] = "/nonexistent",
        ["GIT_AUTHOR_NAME"] = "A", ["GIT_AUTHOR_EMAIL"] = "a@example", ["GIT_AUTHOR_DATE"] = $"{Time} +0000",
        ["GIT_COMMITTER_NAME"] = "A", ["GIT_COMMITTER_EMAIL"] = "a@example", ["GIT_COMMITTER_DATE"] = $"{Time} +0000",
    };

    private readonly string _tree;

    private GitRepository(string bare, string tree) => (Bare, _tree) = (bare, tree);

    /// <summary>The folder that is served.</summary>
    public string Bare { get; }

    /// <summary>Makes <c>NAME.git</c> in a folder, empty, whose default branch is <c>main</c>.</summary>
    public static async Task<GitRepository> CreateAsync(TempFolder folder, string name, string format = "sha1")
    {
        var made = new GitRepository(folder[$"served/{name}.git"], folder[$"trees/{name}"]);
        Directory.CreateDirectory(made.Bare);
        Directory.CreateDirectory(made._tree);
        await RunInAsync(made.Bare, "init", "-q", "--bare", $"--object-format={format}", "-b", "main", ".");
        await made.GitAsync("init", "-q", $"--object-format={format}", "-b", "main", ".");
        await made.GitAsync("remote", "add", "origin", made.Bare);
        return made;
    }

    /// <summary>The path of a file in the work tree; its folders are made.</summary>
    public string this[string path]
    {
        get
        {
            var full = Path.Combine(_tree, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return full;
        }
    }

    /// <summary>Runs git in the work tree and returns what it wrote.</summary>
    public Task<string> GitAsync(params string[] arguments) => RunInAsync(_tree, arguments);

    /// <summary>Runs git in the bare repository.</summary>
    public Task<string> GitInBareAsync(params string[] arguments) => RunInAsync(Bare, arguments);

    /// <summary>Writes files, commits all that the work tree has and pushes it; returns the commit's id.</summary>
    public async Task<string> CommitAsync(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files) await File.WriteAllTextAsync(this[path], text);
        await GitAsync("add", "-A");
        return await CommitIndexAsync();
    }

    /// <summary>Commits what the index has and pushes it, with all tags.</summary>
    public async Task<string> CommitIndexAsync()
    {
        await GitAsync("commit", "-q", "--allow-empty", "-m", "c");
        await GitAsync("push", "-q", "--force", "--tags", "origin", "HEAD");
        return await GitAsync("rev-parse", "HEAD");
    }

    /// <summary>Adds a submodule to the index without fetching it.</summary>
    public async Task AddSubmoduleAsync(string path, string url, string commit)
    {
        await GitAsync("config", "-f", ".gitmodules", $"submodule.{path}.path", path);
        await GitAsync("config", "-f", ".gitmodules", $"submodule.{path}.url", url);
        await GitAsync("add", ".gitmodules");
        await GitAsync("update-index", "--add", "--cacheinfo", $"160000,{commit},{path}");
    }

    private static async Task<string> RunInAsync(string folder, params string[] arguments) =>
        (await Command.RunAsync(RealTool.Find("git"), arguments, folder, s_environment)).Succeeded().Output.Trim();
}
