using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Workers.Git;

/// <summary>Commits that go round in bundles: made of a repository, and taken in its place.</summary>
public sealed class GitBundleTests : IAsyncLifetime
{
    private SourceBench _bench = null!;
    private GitRepository _repository = null!;
    private LocalContentStore _elsewhere = null!;
    private string _commit = "";

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _repository = await _bench.ServeAsync("app");
        await _repository.CommitAsync(("file.txt", "first\n"));
        _commit = await _repository.CommitAsync(("file.txt", "second\n"));
        _elsewhere = new LocalContentStore(_bench.Folder["elsewhere"]);
        _bench.Images = new OneRepository("registry.example/bundles", _elsewhere);
        _bench.Layouts["lent"] = _elsewhere;
    }

    public async ValueTask DisposeAsync()
    {
        await _elsewhere.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Theory]
    [InlineData("docker-image+blob://registry.example/bundles")]
    [InlineData("oci-layout+blob://lent")]
    public async Task Build_OfABundle_HasTheFilesAndAsksNoServer(string place)
    {
        var bundle = (await _elsewhere.PutAsync("application/octet-stream", await MakeAsync(), default)).Digest;
        var asked = _bench.Server.Requests.Count;
        foreach (var reference in new[] { _commit, "main", "" })
        {
            var chain = await _bench.BuildAsync(Graph(reference, ("git.bundle", $"{place}@{bundle}"), ("git.checksum", _commit)));
            Assert.Equal(["File 644 0:0 0 file.txt second"], await _bench.ListAsync(chain));
        }
        Assert.Equal(asked, _bench.Server.Requests.Count);
    }

    [Fact]
    public async Task Build_AsABundle_IsAFileThatAnyGitFetchesFrom()
    {
        var bytes = await MakeAsync();
        Assert.Equal(bytes, await MakeAsync());
        var bundle = _bench.Folder["some.bundle"];
        await File.WriteAllBytesAsync(bundle, bytes);
        Directory.CreateDirectory(_bench.Folder["clone"]);
        Run("init", "-q", "--bare");
        Run("fetch", "-q", bundle, "+refs/*:refs/*");
        Assert.Equal(_commit, Run("rev-parse", "refs/heads/main"));
        Assert.Equal("2", Run("rev-list", "--count", "refs/heads/main"));
    }

    [Fact]
    public async Task Build_OfABundleWithoutTheCommit_Fails()
    {
        var bundle = (await _elsewhere.PutAsync("application/octet-stream", await MakeAsync(), default)).Digest;
        Assert.Equal("MBK2030", await FailAsync(Graph("main", ("git.bundle", $"oci-layout+blob://lent@{bundle}"), ("git.checksum", new string('a', 40)))));
        Assert.Equal("MBK2030", await FailAsync(Graph("other", ("git.bundle", $"oci-layout+blob://lent@{bundle}"), ("git.checksum", _commit))));
    }

    [Fact]
    public async Task Build_OfWhatIsNoBundle_Fails()
    {
        var bundle = (await _elsewhere.PutAsync("application/octet-stream", "no bundle"u8.ToArray(), default)).Digest;
        Assert.Equal("MBK2029", await FailAsync(Graph("main", ("git.bundle", $"oci-layout+blob://lent@{bundle}"), ("git.checksum", _commit))));
    }

    // What came in a bundle is had by nobody who may not read it.
    [Fact]
    public async Task Build_OfABundleThatIsNotThere_DoesNotFindWhatCameBefore()
    {
        var bundle = (await _elsewhere.PutAsync("application/octet-stream", await MakeAsync(), default)).Digest;
        var graph = Graph("main", ("git.bundle", $"oci-layout+blob://lent@{bundle}"), ("git.checksum", _commit));
        await _bench.BuildAsync(graph);
        _bench.Layouts.Clear();
        Assert.Equal("MBK1803", await FailAsync(graph));
    }

    [Fact]
    public async Task Build_AttributesThatContradict_AreRefused()
    {
        var bundle = $"oci-layout+blob://lent@{Digest.Of("x"u8)}";
        Assert.Equal("MBK2021", await FailAsync(Graph("main", ("git.bundle", bundle))));
        Assert.Equal("MBK2021", await FailAsync(Graph("main", ("git.bundle", "https://example.com/bundle"), ("git.checksum", _commit))));
        Assert.Equal("MBK2021", await FailAsync(Graph("main", ("git.checkoutbundle", "true"), ("git.keepgitdir", "true"))));
        Assert.Equal("MBK2021", await FailAsync(Graph("main:folder", ("git.checkoutbundle", "true"))));
    }

    private Engine.Llb.Pb.Definition Graph(string reference, params (string, string)[] attributes) =>
        SourceGraph.Of($"git://example.com/app.git#{reference}", [("git.fullurl", _bench.Url("app.git")), .. attributes]);

    private async Task<byte[]> MakeAsync()
    {
        var chain = await _bench.BuildAsync(Graph("main", ("git.checkoutbundle", "true")));
        var bytes = new MemoryStream();
        await using var blob = _bench.Store.Find(chain.Layers[0].Blob.Digest);
        await LayerReader.ReadAsync(blob!, MediaTypes.LayerCompression(chain.Layers[0].Blob.MediaType)!.Value, chain.Layers[0].DiffId, async (entry, content) =>
        {
            Assert.Equal(("bundle", 0b110_100_100), (entry.Path, entry.Mode));
            await content!.CopyToAsync(bytes);
        }, default);
        return bytes.ToArray();
    }

    private async Task<string> FailAsync(Engine.Llb.Pb.Definition graph) => (await Assert.ThrowsAsync<SolveException>(() => _bench.BuildAsync(graph))).Code;

    private string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("git", ["--git-dir", _bench.Folder["clone"], .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
        return output.Trim();
    }
}
