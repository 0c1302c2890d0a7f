using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Workers.Git;

/// <summary>Repositories, from git's own server to a layer.</summary>
public sealed class GitSourceTests : IAsyncLifetime
{
    private const string Time = "1600000000";

    private SourceBench _bench = null!;
    private GitRepository _repository = null!;

    private string Url => _bench.Url("app.git");

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _repository = await _bench.ServeAsync("app");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public async Task Build_DefaultBranch_IsALayerOfItsTree(string format)
    {
        var repository = await _bench.ServeAsync(format, format);
        File.CreateSymbolicLink(repository["link"], "../outside");
        await File.WriteAllTextAsync(repository["run.sh"], "#!");
        File.SetUnixFileMode(repository["run.sh"], (UnixFileMode)0b111_000_000);
        await repository.CommitAsync(("a.txt", "first"));
        await repository.CommitAsync(("a.txt", "second"), ("d/ü b", "x"), ("empty", ""));
        Assert.Equal(
            ["File 644 0:0 0 a.txt second", "Directory 755 0:0 0 d", "File 644 0:0 0 d/ü b x", "File 644 0:0 0 empty", "Symlink 777 0:0 0 link ../outside", "File 755 0:0 0 run.sh #!"],
            await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(_bench.Url(format + ".git")))));
    }

    [Fact]
    public async Task Build_BranchTagAndCommit_AreWhatTheyName()
    {
        var first = await _repository.CommitAsync(("f", "first"));
        await _repository.GitAsync("tag", "plain");
        await _repository.GitAsync("tag", "-a", "annotated", "-m", "t");
        await _repository.GitAsync("push", "-q", "origin", "HEAD:refs/heads/feature/one", "--tags");
        await _repository.CommitAsync(("f", "second"));
        foreach (var name in new[] { "plain", "annotated", "refs/tags/annotated", "tags/plain", "feature/one", "refs/heads/feature/one", "heads/feature/one", first })
            Assert.Equal(["File 644 0:0 0 f first"], await ListAsync(name));
        foreach (var name in new[] { "", "main", "refs/heads/main" }) Assert.Equal(["File 644 0:0 0 f second"], await ListAsync(name));
    }

    [Fact]
    public async Task Inspect_ATag_TellsOfItAndOfItsCommit()
    {
        var commit = await _repository.CommitAsync(("f", "first"));
        await _repository.GitAsync("tag", "-a", "annotated", "-m", "what it is");
        await _repository.GitAsync("push", "-q", "origin", "--tags");
        var facts = await _bench.InspectAsync(Pinned("annotated"));
        Assert.Equal(("refs/tags/annotated", commit, null), (facts.Ref, facts.Commit, facts.CommitObject));
        Assert.NotEqual(commit, facts.Checksum);
        var whole = await _bench.InspectAsync(Pinned("annotated"), objects: true);
        Assert.StartsWith("tree ", System.Text.Encoding.UTF8.GetString(whole.CommitObject!));
        Assert.Contains("what it is", System.Text.Encoding.UTF8.GetString(whole.TagObject!));
        var branch = await _bench.InspectAsync(LlbState.Git(Url), objects: true);
        Assert.Equal(("refs/heads/main", commit, "", null), (branch.Ref, branch.Checksum, branch.Commit, branch.TagObject));
    }

    [Fact]
    public async Task Build_BranchAndTagOfOneName_IsTheBranch()
    {
        await _repository.CommitAsync(("f", "tag"));
        await _repository.GitAsync("tag", "same");
        await _repository.CommitAsync(("f", "branch"));
        await _repository.GitAsync("push", "-q", "origin", "HEAD:refs/heads/same");
        Assert.Equal(["File 644 0:0 0 f branch"], await ListAsync("same"));
    }

    [Fact]
    public async Task Build_Again_IsCachedUntilTheBranchMoves()
    {
        await _repository.CommitAsync(("f", "first"));
        var first = await _bench.BuildAsync(LlbState.Git(Url));
        await _bench.ReopenAsync();
        var before = _bench.Server.Requests.Count;
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Git(Url))).Layers);
        Assert.DoesNotContain(_bench.Server.Requests.Skip(before), r => r.Query.Length == 0 && r.BodyLength > 1000);
        await _repository.CommitAsync(("f", "second"));
        Assert.Equal(["File 644 0:0 0 f second"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url))));
        // One that went back: the commit is here already.
        await _repository.GitAsync("reset", "-q", "--hard", "HEAD~1");
        await _repository.GitAsync("push", "-q", "--force", "origin", "HEAD");
        Assert.Equal(first.Layers, (await _bench.BuildAsync(LlbState.Git(Url))).Layers);
    }

    [Fact]
    public async Task Build_CommitThatIsKnown_NeedsNoNetwork()
    {
        var commit = await _repository.CommitAsync(("f", "x"), ("d/g", "y"));
        var first = await _bench.BuildAsync(Pinned(commit));
        await _bench.Server.DisposeAsync();
        Assert.Equal(first.Layers, (await _bench.BuildAsync(Pinned(commit))).Layers);
        // Nor does another part of what was fetched.
        Assert.Equal(["File 644 0:0 0 g y"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Ref = commit, Subdirectory = "d" }))));
    }

    [Fact]
    public async Task Build_CommitThatNoRefHas_IsFetchedByItsId()
    {
        var lost = await _repository.CommitAsync(("f", "lost"));
        await _repository.GitAsync("commit", "-q", "--amend", "-m", "other");
        await _repository.GitAsync("push", "-q", "--force", "origin", "HEAD");
        Assert.Equal(["File 644 0:0 0 f lost"], await ListAsync(lost));
    }

    // Protocol version 0 gives nothing by its id but what a ref has.
    [Fact]
    public async Task Build_CommitOfAServerThatGivesNoneByItsId_IsFoundInTheHistory()
    {
        var first = await _repository.CommitAsync(("f", "first"));
        await _repository.CommitAsync(("f", "second"));
        await ListAsync("main");
        _bench.Server.Handler = context =>
        {
            context.Request.Headers.Remove("Git-Protocol");
            return _bench.Backend.HandleAsync(context);
        };
        Assert.Equal(["File 644 0:0 0 f first"], await ListAsync(first));
    }

    [Theory]
    [InlineData("none", "MBK2030")]
    [InlineData("0123456789012345678901234567890123456789", "MBK2030")]
    public async Task Build_RefThatIsNotThere_IsToldOf(string reference, string code)
    {
        await _repository.CommitAsync(("f", "x"));
        var (found, message) = await _bench.FailAsync(Pinned(reference));
        Assert.True(code == found, message);
        Assert.Contains(reference, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_EmptyRepository_IsToldOf() => Assert.Equal("MBK2030", (await _bench.FailAsync(LlbState.Git(Url))).Code);

    [Fact]
    public async Task Build_NoRepository_IsToldOf() => Assert.Equal("MBK2029", (await _bench.FailAsync(LlbState.Git(_bench.Url("none.git")))).Code);

    [Fact]
    public async Task Build_Checksum_MustBeTheBeginningOfTheCommitOrItsTag()
    {
        var commit = await _repository.CommitAsync(("f", "x"));
        await _repository.GitAsync("tag", "-a", "v1", "-m", "t");
        await _repository.GitAsync("push", "-q", "--tags", "origin");
        var tag = await _repository.GitAsync("rev-parse", "v1");
        foreach (var (reference, checksum) in new[] { ("v1", commit[..12]), ("v1", tag), ("main", commit.ToUpperInvariant()), (commit, commit[..7]), ("", commit) })
            await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Ref = reference, Checksum = checksum }));
        foreach (var reference in new[] { "v1", "main", commit })
        {
            var (code, message) = await _bench.FailAsync(LlbState.Git(Url, new GitSourceOptions { Ref = reference, Checksum = "0000000" }));
            Assert.Equal("MBK2022", code);
            Assert.Contains(commit, message, StringComparison.Ordinal);
        }
        Assert.Equal("MBK2021", (await _bench.FailAsync(LlbState.Git(Url, new GitSourceOptions { Checksum = "--upload-pack" }))).Code);
    }

    [Fact]
    public async Task Build_ByCommit_IsThatOneWhateverTheRefPointsAt()
    {
        var first = await _repository.CommitAsync(("f", "first"));
        await _repository.CommitAsync(("f", "second"));
        Assert.Equal(["File 644 0:0 0 f first"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Ref = "main", Checksum = first, FetchByCommit = true }))));
        Assert.Equal("MBK2021", (await _bench.FailAsync(LlbState.Git(Url, new GitSourceOptions { Ref = "main", Checksum = first[..9], FetchByCommit = true }))).Code);
    }

    [Fact]
    public async Task Build_Subdirectory_IsTheTree()
    {
        await _repository.CommitAsync(("a/b/f", "x"), ("a/g", "y"), ("h", "z"));
        foreach (var path in new[] { "a/b", "/a/b/", "../a/./b", "a/c/../b" })
            Assert.Equal(["File 644 0:0 0 f x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Subdirectory = path }))));
    }

    [Fact]
    public async Task Build_TimesOfTheCommit_AreThose()
    {
        await _repository.CommitAsync(("d/f", "x"));
        Assert.Equal(
            [$"Directory 755 0:0 {Time} d", $"File 644 0:0 {Time} d/f x"],
            await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { CommitTimes = true }))));
    }

    [Fact]
    public async Task Build_TheSameInAFreshStore_IsTheSameLayer()
    {
        await _repository.CommitAsync(("f", "x"));
        var commit = await _repository.CommitAsync(("f", "y"), ("d/g", "y"));
        var options = new GitSourceOptions { Ref = "main", KeepGitDirectory = true };
        var first = await _bench.BuildAsync(LlbState.Git(Url, options));
        await _repository.CommitAsync(("later", "z"));
        Directory.Delete(_bench.Folder["store/git-repositories"], recursive: true);
        Directory.Delete(_bench.Folder["store/index"], recursive: true);
        // Fetched another way, beside other commits, its pack would differ.
        await _bench.BuildAsync(LlbState.Git(Url));
        Assert.Equal(first.Layers[0].DiffId, (await _bench.BuildAsync(LlbState.Git(Url, options with { Checksum = commit, FetchByCommit = true }))).Layers[0].DiffId);
    }

    [Theory]
    [InlineData("main", "refs/heads/main")]
    [InlineData("v1", "refs/tags/v1")]
    [InlineData("", "refs/heads/main")]
    public async Task Build_KeptDirectory_IsARepositoryWithTheCommitCheckedOut(string reference, string name)
    {
        await _repository.CommitAsync(("f", "x"));
        var commit = await _repository.CommitAsync(("f", "y"), ("d/g", "z"));
        await _repository.GitAsync("tag", "-a", "v1", "-m", "t");
        await _repository.GitAsync("push", "-q", "--tags", "origin");
        var chain = await _bench.BuildAsync(LlbState.Git(Url.Replace("http://", "http://me:c4nary@", StringComparison.Ordinal), new GitSourceOptions { Ref = reference, KeepGitDirectory = true }));
        var tree = _bench.Folder["out"];
        Directory.CreateDirectory(tree);
        (await Command.RunAsync("tar", ["-xzf", _bench.Store.PathOf(chain.Layers[0].Blob.Digest), "-C", tree])).Succeeded();
        async Task<string> GitAsync(params string[] words) => (await Command.RunAsync(RealTool.Find("git"), ["-c", "safe.directory=*", .. words], tree)).Succeeded().Output.Trim();
        Assert.Equal("", await GitAsync("status", "--porcelain"));
        Assert.Equal(commit, await GitAsync("rev-parse", "HEAD"));
        Assert.Equal(commit, await GitAsync("rev-parse", name + "^{commit}"));
        Assert.Equal(Url, await GitAsync("remote", "get-url", "origin"));
        Assert.Equal("1", await GitAsync("rev-list", "--count", "HEAD"));
        await GitAsync("fsck", "--strict");
        (await Command.RunAsync("grep", ["-r", "c4nary", tree])).Failed();
    }

    [Fact]
    public async Task Build_Submodules_AreThereUnlessSkipped()
    {
        var (inner, deep) = (await _bench.ServeAsync("team/inner"), await _bench.ServeAsync("deep"));
        var deepest = await deep.CommitAsync(("x", "deep"));
        await inner.CommitAsync(("y", "inner"));
        await inner.AddSubmoduleAsync("lib", "../../deep.git", deepest);
        var commit = await inner.CommitIndexAsync();
        await _repository.AddSubmoduleAsync("sub/in", _bench.Url("team/inner.git"), commit);
        await File.WriteAllTextAsync(_repository["f"], "x");
        await _repository.GitAsync("add", "f");
        await _repository.CommitIndexAsync();
        var all = await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url)));
        Assert.Contains("File 644 0:0 0 sub/in/lib/x deep", all);
        Assert.Contains("File 644 0:0 0 sub/in/y inner", all);
        Assert.Equal(["File 644 0:0 0 x deep"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Subdirectory = "sub/in/lib" }))));
        var skipped = await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { SkipSubmodules = true })));
        Assert.Contains("Directory 755 0:0 0 sub/in", skipped);
        Assert.DoesNotContain(skipped, l => l.Contains("sub/in/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_Pins_TellProvenanceRepositoryAndCommit()
    {
        var commit = await _repository.CommitAsync(("f", "x"));
        await _repository.GitAsync("tag", "-a", "v1", "-m", "t");
        await _repository.GitAsync("push", "-q", "--tags", "origin");
        var state = Pinned("v1");
        await _bench.BuildAsync(state);
        var pin = Assert.Single(_bench.Pins.Of(LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex));
        Assert.Equal(($"git+{Url}#v1", "gitCommit", commit), (pin.Uri, pin.Algorithm, pin.Value));
    }

    [Fact]
    public async Task Build_RepositoryThatMoved_IsFollowed()
    {
        await _repository.CommitAsync(("f", "x"));
        _bench.Server.Handler = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/old.git")) return _bench.Backend.HandleAsync(context);
            context.Response.Redirect($"/app.git{context.Request.Path.Value!["/old.git".Length..]}{context.Request.QueryString}", permanent: true);
            return Task.CompletedTask;
        };
        Assert.Equal(["File 644 0:0 0 f x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(_bench.Url("old.git")))));
    }

    [Fact]
    public async Task Build_WithoutGit_NamesThePackage()
    {
        var git = new Engine.Workers.Git.GitProgram(new Engine.Workers.Git.GitOptions { SearchPath = ["relative", "/nonexistent"], Time = TimeProvider.System });
        var error = await Assert.ThrowsAsync<Engine.Workers.WorkerException>(() => git.RunAsync(new("version"), default));
        Assert.Equal("MBK2024", error.Code);
        Assert.Contains("package 'git'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collect_RepositoryOfNobody_IsCountedAndRemoved()
    {
        await _repository.CommitAsync(("f", "x"));
        await _bench.BuildAsync(LlbState.Git(Url));
        await _bench.ReopenAsync();
        var root = _bench.Store.Root;
        Assert.True(StoreUsage.Read(root).Parts.Single(p => p.Name == "repositories") is { Count: > 0, InUse: 0 });
        Assert.Empty((await new StoreVerifier(root, 2).VerifyAsync(false, default)).Faults);
        using (FileLock.TryShare(Directory.EnumerateFiles(_bench.Folder["store/git-repositories"], "*.lock").Single(), FileMode.Open))
        {
            Assert.True(StoreUsage.Read(root).Parts.Single(p => p.Name == "repositories").InUse > 0);
            Assert.DoesNotContain(Collect(root), r => r.Kind == CollectedKind.Repository);
        }
        Assert.Contains(Collect(root), r => r.Kind == CollectedKind.Repository);
        Assert.Empty(Directory.EnumerateDirectories(_bench.Folder["store/git-repositories"]));
        await _bench.BuildAsync(LlbState.Git(Url));
    }

    private static IReadOnlyList<CollectedItem> Collect(string root) =>
        new StoreCollector(root, TimeProvider.System).Collect(new CollectionPolicy { All = true, Filter = new CollectionFilter { Kinds = [CollectedKind.Repository] } }, false, default).Removed;

    private LlbState Pinned(string reference) => LlbState.Git(Url, new GitSourceOptions { Ref = reference });

    private async Task<List<string>> ListAsync(string reference) => await _bench.ListAsync(await _bench.BuildAsync(Pinned(reference)));
}
