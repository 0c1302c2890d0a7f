using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Exporters;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class ResultFilesTests : IAsyncDisposable
{
    private static readonly RawTar[] s_image =
    [
        new RawTar().Add('5', "./", mode: 0b111_000_000).Folder("etc").File("etc/base", "from the base").File("etc/gone", "gone").Folder("etc/hidden").File("etc/hidden/old", "old")
            .Folder("was").File("was/inside", "inside").Link("etc/mtab", "../proc/mounts").Link("abs", "/etc/base").Link("chain", "abs").Link("out", "../../../etc/base")
            .Link("dir", "etc").Link("circle", "circle").Link("nowhere", "/not/there").Add('3', "null", mode: 0b110_110_110).Add('6', "pipe"),
        new RawTar().File("etc/.wh.gone", "").File("etc/hidden/.wh..wh..opq", "").File("etc/hidden/new", "new").File("was", "now a file")
            .File("etc/one", "several names").HardLink("etc/two", "etc/one").HardLink("three", "etc/one")
            .Pax(("SCHILY.xattr.user.note", "said")).Add('0', "tool", content: [1, 2, 3], mode: 0b100_111_101_101).File("empty", ""),
    ];

    private readonly ExportBench _bench = new();
    private readonly List<Layer> _fetched = [];

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("etc/base", "from the base")]
    [InlineData("/etc/base", "from the base")]
    [InlineData("//etc/./x/../base", "from the base")]
    [InlineData("abs", "from the base")]
    [InlineData("chain", "from the base")]
    [InlineData("out", "from the base")]
    [InlineData("../../etc/base", "from the base")]
    [InlineData("dir/base", "from the base")]
    [InlineData("dir/hidden/../base", "from the base")]
    [InlineData("etc/hidden/new", "new")]
    [InlineData("was", "now a file")]
    [InlineData("etc/two", "several names")]
    [InlineData("three", "several names")]
    [InlineData("empty", "")]
    public async Task Read_FileOrWhatLeadsToIt_IsWhatTheLayersShow(string path, string expected)
    {
        await using var files = await FilesAsync();
        Assert.Equal(expected, Encoding.UTF8.GetString(await files.ReadAsync(path, 0, null, default)));
        await using var stream = await files.OpenAsync(path, default);
        Assert.Equal(expected, await new StreamReader(stream).ReadToEndAsync());
    }

    [Theory]
    [InlineData(0, 4L, "from")]
    [InlineData(5, 3L, "the")]
    [InlineData(9, null, "base")]
    [InlineData(9, 100L, "base")]
    [InlineData(13, 1L, "")]
    [InlineData(1000, null, "")]
    [InlineData(3, 0L, "")]
    public async Task Read_Range_IsOfTheFileAndEndsWithIt(long offset, long? length, string expected)
    {
        await using var files = await FilesAsync();
        Assert.Equal(expected, Encoding.UTF8.GetString(await files.ReadAsync("chain", offset, length, default)));
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, -1L)]
    public async Task Read_RangeBeforeTheFile_IsRefused(long offset, long? length)
    {
        await using var files = await FilesAsync();
        Assert.Equal("MBK2093", (await Assert.ThrowsAsync<WorkerException>(() => files.ReadAsync("etc/base", offset, length, default))).Code);
    }

    [Theory]
    [InlineData("etc/gone", "MBK2090", ErrorKind.NotFound)]
    [InlineData("etc/hidden/old", "MBK2090", ErrorKind.NotFound)]
    [InlineData("nowhere", "MBK2090", ErrorKind.NotFound)]
    [InlineData("etc/mtab", "MBK2090", ErrorKind.NotFound)]
    [InlineData("was/inside", "MBK1505", ErrorKind.FailedPrecondition)]
    [InlineData("circle", "MBK1505", ErrorKind.Invalid)]
    [InlineData("dir", "MBK2091", ErrorKind.FailedPrecondition)]
    [InlineData("null", "MBK2091", ErrorKind.FailedPrecondition)]
    public async Task Read_NoFile_SaysWhy(string path, string code, ErrorKind kind)
    {
        await using var files = await FilesAsync();
        var e = await Assert.ThrowsAnyAsync<BuildException>(() => files.ReadAsync(path, 0, null, default));
        Assert.Equal((code, kind), (e.Code, e.Kind));
        if (kind == ErrorKind.NotFound) Assert.Contains("no such file or directory", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stat_FollowsLinks_AndTellsAllOfWhatIsThere()
    {
        await using var files = await FilesAsync();
        var tool = await files.StatAsync("/tool", default);
        Assert.Equal(("tool", TreeEntryType.File, 0b100_111_101_101, 3L, null), (tool.Name, tool.Type, tool.Mode, tool.Size, tool.LinkName));
        Assert.Equal("said"u8.ToArray(), tool.Xattrs!["user.note"]);
        Assert.Equal(("base", TreeEntryType.File, 13L), await ShortAsync("chain"));
        Assert.Equal(("two", TreeEntryType.File, 13L), await ShortAsync("etc/two"));
        Assert.Equal(("etc", TreeEntryType.Directory, 0L), await ShortAsync("dir/"));
        Assert.Equal(("null", TreeEntryType.CharacterDevice, 0L), await ShortAsync("null"));
        foreach (var root in new[] { "", "/", "..", "out/../../.." })
            Assert.Equal(("/", TreeEntryType.Directory, 0b111_000_000), (await files.StatAsync(root, default)) is var s ? (s.Name, s.Type, s.Mode) : default);

        async Task<(string, TreeEntryType, long)> ShortAsync(string path) => await files.StatAsync(path, default) is var s ? (s.Name, s.Type, s.Size) : default;
    }

    [Theory]
    [InlineData("/", null, "abs chain circle dir empty etc/ nowhere null out pipe three tool was")]
    [InlineData("", "", "abs chain circle dir empty etc/ nowhere null out pipe three tool was")]
    [InlineData("dir", null, "base hidden/ mtab one two")]
    [InlineData("etc/hidden", null, "new")]
    [InlineData("/", "t*", "three tool")]
    [InlineData("/", "etc/b*", "etc/")]
    [InlineData("/", "**/new", "etc/")]
    [InlineData("etc", "**/new", "hidden/")]
    [InlineData("/", "etc/x*", "")]
    [InlineData("/", "*/*", "etc/")]
    public async Task List_Directory_IsOneLevelOfWhatThePatternTakes(string path, string? include, string expected)
    {
        await using var files = await FilesAsync();
        var names = (await files.ListAsync(path, include, default)).Select(s => s.Type == TreeEntryType.Directory ? s.Name + "/" : s.Name);
        Assert.Equal(expected, string.Join(' ', names));
    }

    [Fact]
    public async Task List_LinksAndSecondNames_SayWhatTheyAre()
    {
        await using var files = await FilesAsync();
        var etc = (await files.ListAsync("etc", null, default)).ToDictionary(s => s.Name);
        Assert.Equal((TreeEntryType.Symlink, "../proc/mounts", 14L), (etc["mtab"].Type, etc["mtab"].LinkName, etc["mtab"].Size));
        Assert.Equal((null, "one", 13L), (etc["one"].LinkName, etc["two"].LinkName, etc["two"].Size));
        Assert.Null((await files.ListAsync("/", "three", default)).Single().LinkName);
    }

    [Theory]
    [InlineData("was", null, "MBK2092")]
    [InlineData("not/there", null, "MBK2090")]
    [InlineData("/", "[", "MBK2093")]
    public async Task List_WhatCannotBe_SaysWhy(string path, string? include, string code)
    {
        await using var files = await FilesAsync();
        Assert.Equal(code, (await Assert.ThrowsAsync<WorkerException>(() => files.ListAsync(path, include, default))).Code);
    }

    [Fact]
    public async Task Questions_ManyAtOnce_ReadNoLayerAgain()
    {
        var chain = await ChainAsync(s_image);
        await using var files = new ResultFiles(new LayersResult(chain), _bench.Described, _bench.Store, new CountingLayers(_fetched));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => files.ReadAsync("etc/base", 0, null, default)));
        await files.ReadAsync("tool", 0, null, default);
        Assert.Equal(2, _fetched.Count);

        foreach (var layer in chain.Layers) File.Delete(_bench.Store.PathOf(layer.Blob.Digest));
        Assert.Equal("from the base", Encoding.UTF8.GetString(await files.ReadAsync("abs", 0, null, default)));
        Assert.Equal(5, (await files.ListAsync("etc", null, default)).Count);
    }

    [Fact]
    public async Task Dispose_AfterReading_LeavesNothingOnDisk()
    {
        var files = await FilesAsync();
        await files.ReadAsync("etc/base", 0, null, default);
        Assert.NotEmpty(Directory.GetFiles(_bench.Folder["store/ingest"]));
        await files.DisposeAsync();
        Assert.Empty(Directory.GetFiles(_bench.Folder["store/ingest"]));
    }

    [Fact]
    public async Task Scratch_HasARootAndTouchesNoDisk()
    {
        await using var files = new ResultFiles(new LayersResult(LayerChain.Scratch), _bench.Described, _bench.Store, _bench.Layers);
        Assert.Empty(await files.ListAsync("/", null, default));
        Assert.Equal(TreeEntryType.Directory, (await files.StatAsync("/", default)).Type);
        Assert.False(Directory.Exists(_bench.Folder["store"]));
    }

    // A tree has one time for all, and who looks at a file wants its own.
    [Theory]
    [InlineData(1_700_000_000_123_456_789, 1_700_000_000, 123_456_789)]
    [InlineData(-1, -1, 999_999_999)]
    public async Task LentTree_FileThatHadATime_IsShownWithIt(long time, long seconds, int rest)
    {
        var facts = new FileFacts(Digest.Of([]), "", 0, Executable: false);
        var tree = new LocalTree("lent", [new LocalFile("d/a", "/nowhere") { Modified = time }, new LocalFile("d/b", "/nowhere")]) { ModifiedSeconds = 7, Directories = [new LocalDirectory("d")] };
        await using var files = new ResultFiles(new TreeResult(tree, [facts, facts], Digest.Of([])), _bench.Described, _bench.Store, _bench.Layers);
        Assert.Equal([(seconds, rest), (7, 0)], (await files.ListAsync("d", null, default)).Select(s => (s.ModifiedSeconds, s.ModifiedNanoseconds)));
        Assert.Equal((seconds, rest), await files.StatAsync("d/a", default) is var stat ? (stat.ModifiedSeconds, stat.ModifiedNanoseconds) : default);
    }

    [Fact]
    public async Task LentTree_IsReadInPlaceAndProven()
    {
        await using var bench = new WorkerBench();
        bench.Folder.Write("context/src/a.txt", "lent content");
        bench.Folder.Write("context/b.txt", "b");
        File.CreateSymbolicLink(bench.Folder["context/link"], "/src/a.txt");
        bench.Folders["context"] = bench.Folder["context"];
        await using var files = new ResultFiles((await bench.CreateWorker().RunAsync(WorkerBench.Load(LlbState.Local("context")).Vertex, [], default))[0], _bench.Described, bench.Store, _bench.Layers);

        Assert.Equal(["b.txt", "link", "src"], (await files.ListAsync("/", null, default)).Select(s => s.Name));
        Assert.Equal("lent content", Encoding.UTF8.GetString(await files.ReadAsync("link", 0, null, default)));
        Assert.Equal("content", Encoding.UTF8.GetString(await files.ReadAsync("src/a.txt", 5, 100, default)));

        bench.Folder.Write("context/src/a.txt", "other contnt");
        Assert.Equal("MBK1501", (await Assert.ThrowsAsync<SnapshotException>(() => files.ReadAsync("link", 0, null, default))).Code);
        File.Delete(bench.Folder["context/b.txt"]);
        Assert.Equal("MBK1504", (await Assert.ThrowsAsync<SnapshotException>(() => files.ReadAsync("b.txt", 0, null, default))).Code);
    }

    private async Task<ResultFiles> FilesAsync() => new(new LayersResult(await ChainAsync(s_image)), _bench.Described, _bench.Store, _bench.Layers);

    private async Task<LayerChain> ChainAsync(IEnumerable<RawTar> tars)
    {
        var chain = new List<Layer>();
        foreach (var tar in tars.Select(t => t.ToArray()))
        {
            await using var ingest = _bench.Store.BeginIngest();
            await ingest.WriteAsync(tar, default);
            var digest = await ingest.CommitAsync(null, tar.Length, default);
            chain.Add(new Layer { DiffId = digest, CreatedBy = "test", Blob = new Descriptor { MediaType = MediaTypes.Layer(Compression.None), Digest = digest, Size = tar.Length } });
        }
        return new LayerChain(chain);
    }

    private sealed class CountingLayers(List<Layer> fetched) : ILayerProvider
    {
        public Task EnsureAsync(Layer layer, CancellationToken cancellationToken)
        {
            lock (fetched) fetched.Add(layer);
            return Task.CompletedTask;
        }
    }
}
