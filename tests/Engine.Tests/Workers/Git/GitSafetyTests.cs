using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Workers.Git;

/// <summary>What builders were attacked with by repositories and their servers: F1 to F9 of our catalogue.</summary>
public sealed class GitSafetyTests : IAsyncLifetime
{
    private const string Canary = "c4nary-s3cret";

    private SourceBench _bench = null!;
    private GitRepository _repository = null!;

    private string Url => _bench.Url("app.git");

    private string Marker => _bench.Folder["executed"];

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _repository = await _bench.ServeAsync("app");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task F1_RefThatIsAnOption_IsRefusedBeforeGitRuns()
    {
        Assert.Equal("MBK2021", (await _bench.FailAsync(LlbState.Git(Url, new GitSourceOptions { Ref = $"--upload-pack=touch {Marker}" }))).Code);
        Assert.Empty(_bench.Server.Requests);
        Assert.False(File.Exists(Marker));
    }

    // GHSA-hw3h-2gp9-cxpv: the name of the default branch is the server's to choose.
    [Fact]
    public async Task F2_DefaultBranchThatIsAnOption_IsOnlyAName()
    {
        await _repository.CommitAsync(("f", "x"));
        var id = await _repository.GitAsync("rev-parse", "HEAD");
        await File.WriteAllTextAsync(Path.Combine(_repository.Bare, "refs/heads/--upload-pack=touch"), id + "\n");
        await File.WriteAllTextAsync(Path.Combine(_repository.Bare, "HEAD"), "ref: refs/heads/--upload-pack=touch\n");
        Assert.Equal(["File 644 0:0 0 f x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url))));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("link/d")]
    [InlineData("f")]
    [InlineData("d/none")]
    [InlineData(".git")]
    public async Task F3_SubdirectoryThatIsNoDirectory_IsRefused(string path)
    {
        File.CreateSymbolicLink(_repository["link"], "/etc");
        await _repository.CommitAsync(("f", "x"), ("d/g", "y"));
        Assert.Equal("MBK2027", (await _bench.FailAsync(LlbState.Git(Url, new GitSourceOptions { Subdirectory = path }))).Code);
    }

    // Trees that git itself would not make.
    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData(".git")]
    [InlineData(".GIT")]
    [InlineData(".wh.bin")]
    [InlineData("a/b")]
    public async Task F9_NameThatLeavesTheTree_IsRefused(string name)
    {
        await _repository.CommitAsync(("f", "x"));
        var blob = await _repository.GitAsync("rev-parse", "HEAD:f");
        var raw = _bench.Folder["raw"];
        await File.WriteAllBytesAsync(raw, [.. Encoding.ASCII.GetBytes($"100644 {name}\0"), .. Convert.FromHexString(blob)]);
        var tree = await _repository.GitInBareAsync("hash-object", "-w", "-t", "tree", "--literally", raw);
        await _repository.GitInBareAsync("update-ref", "refs/heads/main", await _repository.GitInBareAsync("-c", "user.name=a", "-c", "user.email=a@a", "commit-tree", "-m", "m", tree));
        var (code, message) = await _bench.FailAsync(LlbState.Git(Url));
        Assert.True(code == "MBK2028", message);
    }

    // Nothing is checked out, so there is nothing that could run; the fixture has what ever did run all the same.
    [Fact]
    public async Task F5_WhateverARepositoryWouldRun_IsOnlyAFile()
    {
        var inner = await _bench.ServeAsync("inner");
        var commit = await inner.CommitAsync(("x", "inner"));
        await _repository.CommitAsync(
            (".gitattributes", "* filter=evil diff=evil merge=evil\n*.bin filter=lfs\n*.bat text eol=crlf\n"), ("hooks/post-checkout", $"#!/bin/sh\ntouch {Marker}\n"),
            (".lfsconfig", $"[lfs]\n\turl = file://{Marker}\n"), ("a.bin", "version https://git-lfs.github.com/spec/v1\n"), ("b.bat", "one\ntwo\n"));
        await _repository.AddSubmoduleAsync("sub\r", _bench.Url("inner.git"), commit);
        await _repository.GitAsync("config", "-f", ".gitmodules", "submodule.sub\r.update", $"!touch {Marker}");
        await _repository.GitAsync("add", ".gitmodules");
        await _repository.CommitIndexAsync();
        await _repository.GitInBareAsync("config", "uploadpack.packObjectsHook", $"touch {Marker}");
        foreach (var hook in new[] { "post-checkout", "post-merge", "reference-transaction", "fsmonitor-watchman" })
        {
            var path = Path.Combine(_repository.Bare, "hooks", hook);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\ntouch {Marker}\n");
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
        var lines = await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { KeepGitDirectory = true })));
        Assert.Contains("File 644 0:0 0 sub\r/x inner", lines);
        Assert.Contains("File 644 0:0 0 b.bat one\ntwo", lines);
        Assert.False(File.Exists(Marker));
    }

    // CVE-2022-39253, and a submodule in the network of whoever builds.
    [Theory]
    [InlineData("file:///etc", "MBK2021")]
    [InlineData("/etc", "MBK2021")]
    [InlineData("ext::sh -c x", "MBK2021")]
    [InlineData("-u./x", "MBK2021")]
    [InlineData("http://169.254.169.254/x", "MBK1406")]
    [InlineData(null, "MBK2028")]
    public async Task F5_SubmoduleThatIsNotOfAServer_IsRefused(string? url, string code)
    {
        var commit = await _repository.CommitAsync(("f", "x"));
        if (url is not null) await _repository.AddSubmoduleAsync("s", url, commit);
        else await _repository.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{commit},s");
        await _repository.CommitIndexAsync();
        var (found, message) = await _bench.FailAsync(LlbState.Git(Url));
        Assert.True(found == code, message);
    }

    [Fact]
    public async Task F5_SubmoduleOfItsOwn_EndsSomewhere()
    {
        var commit = await _repository.CommitAsync(("f", "x"));
        for (var i = 0; i < 12; i++)
        {
            await _repository.AddSubmoduleAsync("s", "../app.git", commit);
            commit = await _repository.CommitIndexAsync();
        }
        Assert.Equal("MBK2028", (await _bench.FailAsync(LlbState.Git(Url))).Code);
    }

    [Theory]
    [InlineData("GIT_AUTH_TOKEN")]
    [InlineData("GIT_AUTH_TOKEN.host")]
    [InlineData("GIT_AUTH_HEADER.host")]
    [InlineData("address")]
    public async Task F4_Secret_IsShownToItsServerAndNowhereElse(string id)
    {
        await _repository.CommitAsync(("f", "x"));
        var user = id == "address" ? "me" : "x-access-token";
        var header = "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Canary}"));
        _bench.Backend.Authorization = header;
        Assert.Equal("MBK2029", (await _bench.FailAsync(LlbState.Git(Url))).Code);
        if (id != "address") _bench.Lend(id.Replace("host", _bench.Server.Address.Authority, StringComparison.Ordinal), id.Contains("HEADER", StringComparison.Ordinal) ? header : Canary + "\n");
        var state = LlbState.Git(id == "address" ? Url.Replace("http://", $"http://me:{Canary}@", StringComparison.Ordinal) : Url, new GitSourceOptions { KeepGitDirectory = true });
        var arguments = new HashSet<string>();
        using var watching = new CancellationTokenSource();
        var watch = Task.Run(() => WatchArguments(arguments, watching.Token));
        await _bench.BuildAsync(state);
        await watching.CancelAsync();
        await watch;
        Assert.Contains(arguments, a => a.Contains("app.git", StringComparison.Ordinal));
        Assert.DoesNotContain(arguments, HasSecret);
        Assert.DoesNotContain(_bench.Events, e => HasSecret(e.ToString()));
        Assert.DoesNotContain(_bench.Pins.Of(LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex), p => HasSecret(p.Uri));
        await _bench.ReopenAsync();
        foreach (var file in Directory.EnumerateFiles(_bench.Folder["store"], "*", SearchOption.AllDirectories)) Assert.False(HasSecret(Encoding.Latin1.GetString(File.ReadAllBytes(file))), file);

        bool HasSecret(string text) => text.Contains(Canary, StringComparison.Ordinal) || text.Contains(header["basic ".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task E8_ServerThatRepeatsTheSecret_DoesNotGetItIntoALog()
    {
        _bench.Server.Handler = context =>
        {
            var shown = context.Request.Headers.Authorization.ToString();
            (context.Response.StatusCode, context.Response.ContentType) = (500, "text/plain");
            return context.Response.WriteAsync($"fatal: you said {shown}, which is {Encoding.UTF8.GetString(Convert.FromBase64String(shown[6..]))}\n");
        };
        _bench.Lend("GIT_AUTH_TOKEN", Canary);
        var (code, message) = await _bench.FailAsync(LlbState.Git(Url));
        Assert.Equal("MBK2029", code);
        Assert.DoesNotContain(Canary, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + Canary)), message, StringComparison.Ordinal);
    }

    // reliability F8
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task F8_BuildWithoutTheToken_DoesNotGetWhatOneWithItFetched(bool pinned)
    {
        var commit = await _repository.CommitAsync(("f", "private"));
        _bench.Backend.Authorization = "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-access-token:" + Canary));
        var state = LlbState.Git(Url, new GitSourceOptions { Ref = pinned ? commit : "" });
        _bench.Lend("GIT_AUTH_TOKEN", Canary);
        await _bench.BuildAsync(state);
        _bench.TakeBack("GIT_AUTH_TOKEN");
        Assert.Equal("MBK2029", (await _bench.FailAsync(state)).Code);
    }

    [Fact]
    public async Task E3_RedirectToAnotherOrigin_CarriesNoSecret()
    {
        await _repository.CommitAsync(("f", "x"));
        await using var other = await TestWebServer.StartAsync();
        other.Handler = new GitBackend(_bench.Folder["served"]).HandleAsync;
        _bench.Server.Handler = context =>
        {
            context.Response.Redirect($"{other.Address.ToString().TrimEnd('/')}{context.Request.Path}{context.Request.QueryString}");
            return Task.CompletedTask;
        };
        _bench.Lend("GIT_AUTH_TOKEN", Canary);
        await _bench.BuildAsync(LlbState.Git(Url));
        Assert.All(_bench.Server.Requests, r => Assert.NotNull(r.Authorization));
        Assert.NotEmpty(other.Requests);
        Assert.All(other.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact]
    public async Task E3_TokenOfTheRepository_IsNotForItsSubmodules()
    {
        var inner = await _bench.ServeAsync("inner");
        var commit = await inner.CommitAsync(("x", "inner"));
        await _repository.AddSubmoduleAsync("s", _bench.Url("inner.git"), commit);
        await _repository.CommitIndexAsync();
        _bench.Lend("GIT_AUTH_TOKEN", Canary);
        await _bench.BuildAsync(LlbState.Git(Url));
        Assert.All(_bench.Server.Requests, r => Assert.Equal(r.Path.StartsWith("/app.git", StringComparison.Ordinal), r.Authorization is not null));
    }

    [Theory]
    [InlineData("http://169.254.169.254/app.git/info/refs?service=git-upload-pack")]
    [InlineData("file:///etc")]
    public async Task E2_RedirectToWhereNobodyIsSent_IsRefused(string location)
    {
        _bench.Server.Handler = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (302, location);
            return Task.CompletedTask;
        };
        Assert.Equal("MBK1406", (await _bench.FailAsync(LlbState.Git(Url))).Code);
    }

    // What git is given for ssh: no key but those of the agent, no settings, no host that nobody vouches for.
    [Fact]
    public async Task Ssh_UsesTheLentKeysAndHostsAndNothingElse()
    {
        await _repository.CommitAsync(("f", "x"));
        var program = _bench.Folder.Write("bin/ssh", $$"""
            #!/bin/sh
            { echo "$SSH_AUTH_SOCK $*"; for o in "$@"; do case "$o" in UserKnownHostsFile=*) cat "${o#*=}";; esac; done; } >> "{{Marker}}"
            while [ "$1" != git@h.example ]; do shift; done
            exec git upload-pack "{{_repository.Bare}}"
            """);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        _bench.SearchPath = [Path.GetDirectoryName(program)!, .. _bench.SearchPath];
        await File.WriteAllTextAsync(_bench.Folder["agent"], "");
        var state = LlbState.Git("git@h.example:team/app.git", new GitSourceOptions { KnownSshHosts = "h.example ssh-ed25519 KEY\n" });
        Assert.Equal("MBK1807", (await _bench.FailAsync(state)).Code);
        _bench.Lend("default", new SshAgent(_bench.Folder["agent"]));
        Assert.Equal(["File 644 0:0 0 f x"], await _bench.ListAsync(await _bench.BuildAsync(state)));
        var said = await File.ReadAllTextAsync(Marker);
        Assert.StartsWith($"{_bench.Folder["agent"]} -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=", said, StringComparison.Ordinal);
        Assert.Contains("-o IdentityFile=none", said, StringComparison.Ordinal);
        Assert.Contains("h.example ssh-ed25519 KEY", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_WhileTheServerIsSilent_EndsAllProcessesWithin2Seconds()
    {
        await _repository.CommitAsync(("f", "x"));
        var asked = new TaskCompletionSource();
        _bench.Server.Handler = async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var cancel = new CancellationTokenSource();
        var building = _bench.BuildAsync(LlbState.Git(Url), cancel.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEmpty(FindProcesses());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building.WaitAsync(TimeSpan.FromSeconds(2)));
        Assert.Empty(FindProcesses());
    }

    // As a fetch leaves it that was killed.
    [Fact]
    public async Task Build_AfterAFetchThatWasKilled_IsRight()
    {
        await _repository.CommitAsync(("f", "first"));
        await _bench.BuildAsync(LlbState.Git(Url));
        var shared = Directory.EnumerateDirectories(_bench.Folder["store/git-repositories"]).Single();
        foreach (var left in new[] { "shallow.lock", "packed-refs.lock", "config.lock", "HEAD.lock", "objects/pack/tmp_pack_x", "objects/tmp_obj_y", "msbuildkit-work/pack-1.pack" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(shared, left))!);
            await File.WriteAllTextAsync(Path.Combine(shared, left), "half");
        }
        await _repository.CommitAsync(("f", "second"));
        Assert.Equal(["File 644 0:0 0 f second"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url))));
        Assert.False(File.Exists(Path.Combine(shared, "objects/pack/tmp_pack_x")) || Directory.Exists(Path.Combine(shared, "msbuildkit-work")));
    }

    [Fact]
    public async Task Build_RepositoryWhoseMakingWasKilled_IsMadeAnew()
    {
        await _repository.CommitAsync(("f", "x"));
        await _bench.BuildAsync(LlbState.Git(Url));
        var shared = Directory.EnumerateDirectories(_bench.Folder["store/git-repositories"]).Single();
        File.Delete(Path.Combine(shared, "msbuildkit"));
        File.Delete(Path.Combine(shared, "HEAD"));
        await _repository.CommitAsync(("f", "y"));
        Assert.Equal(["File 644 0:0 0 f y"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url))));
    }

    [Fact]
    public async Task Build_DamagedRepository_IsToldOfOnceAndThenRight()
    {
        // What no packing makes smaller: most of the pack.
        await _repository.CommitAsync(("f", Convert.ToBase64String(Distribution.RegistryBed.Bytes(100_000))));
        await _bench.BuildAsync(LlbState.Git(Url));
        foreach (var pack in Directory.EnumerateFiles(_bench.Folder["store/git-repositories"], "*.pack", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var bytes = await File.ReadAllBytesAsync(pack);
            bytes.AsSpan(bytes.Length / 2, bytes.Length / 4).Fill(0xa5);
            await File.WriteAllBytesAsync(pack, bytes);
        }
        var state = LlbState.Git(Url, new GitSourceOptions { CommitTimes = true });
        var (code, message) = await _bench.FailAsync(state);
        Assert.True(code == "MBK2029", message);
        Assert.StartsWith($"File 644 0:0 {GitRepository.Time} f ", Assert.Single(await _bench.ListAsync(await _bench.BuildAsync(state))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_AfterVeryManyFetches_HasFewPacks()
    {
        var first = await _repository.CommitAsync(("f", "first"));
        await _bench.BuildAsync(LlbState.Git(Url));
        var packs = Path.Combine(Directory.EnumerateDirectories(_bench.Folder["store/git-repositories"]).Single(), "objects/pack");
        var pack = Directory.EnumerateFiles(packs, "*.pack").Single();
        for (var i = 0; i < 60; i++)
            foreach (var ending in new[] { ".pack", ".idx" }) File.Copy(Path.ChangeExtension(pack, ending), Path.Combine(packs, $"pack-{i:x40}{ending}"));
        await _repository.CommitAsync(("f", "second"));
        await _bench.BuildAsync(LlbState.Git(Url));
        Assert.InRange(Directory.EnumerateFiles(packs, "*.pack").Count(), 1, 3);
        await _bench.Server.DisposeAsync();
        Assert.Equal([$"File 644 0:0 {GitRepository.Time} f first"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Ref = first, CommitTimes = true }))));
    }

    [Fact]
    public async Task Build_ManyAtOnceOfOneRepository_AreAllRight()
    {
        for (var i = 0; i < 4; i++)
        {
            await _repository.CommitAsync(("f", $"{i}"));
            await _repository.GitAsync("push", "-q", "origin", $"HEAD:refs/heads/b{i}");
        }
        var built = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => (i, await _bench.ListAsync(await _bench.BuildAsync(LlbState.Git(Url, new GitSourceOptions { Ref = $"b{i % 4}", KeepGitDirectory = i >= 4 }))))));
        Assert.All(built, b => Assert.Contains($"File 644 0:0 0 f {b.i % 4}", b.Item2));
    }

    private IEnumerable<string> FindProcesses() => Arguments().Where(a => a.Contains(_bench.Server.Address.Authority, StringComparison.Ordinal) && !a.Contains("http-backend", StringComparison.Ordinal));

    private void WatchArguments(HashSet<string> seen, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested) seen.UnionWith(FindProcesses());
    }

    private static IEnumerable<string> Arguments()
    {
        foreach (var process in Process.GetProcesses())
            using (process)
            {
                string line;
                try
                {
                    line = File.ReadAllText($"/proc/{process.Id}/cmdline");
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    continue;
                }
                yield return line;
            }
    }
}
