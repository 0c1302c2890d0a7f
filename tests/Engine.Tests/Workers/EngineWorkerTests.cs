using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class EngineWorkerTests : IAsyncDisposable
{
    private readonly WorkerBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Run_CopyContents_WritesDirectoriesAndFilesOfTheTree()
    {
        _bench.Lend(new LocalTree("t",
        [
            new LocalFile("app/data", _bench.Folder.Write("d", "data")),
            new LocalFile("app/own", _bench.Folder.Write("o", "own"), Mode: 0b110_000_000, Uid: 5, Gid: 6),
            new LocalFile("app/run", _bench.Folder.Write("r", "#!/bin/sh")),
            new LocalFile("app/empty", _bench.Folder.Write("e", "")),
        ]) { Directories = [new LocalDirectory("app", Uid: 1, Gid: 2)] });
        var chain = await _bench.RunAsync(LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("t"), "/", "/srv", 1_000_000_000)));
        var layer = Assert.Single(chain.Layers);
        Assert.Equal("copy", layer.CreatedBy);
        Assert.Equal(
        [
            "Directory srv 755 0:0 1 ",
            "Directory srv/app 755 1:2 1 ",
            "File srv/app/data 644 0:0 1 data",
            "File srv/app/empty 644 0:0 1 ",
            "File srv/app/own 600 5:6 1 own",
            "File srv/app/run 755 0:0 1 #!/bin/sh",
        ], await _bench.ListAsync(layer));
    }

    [Fact]
    public async Task C6_ContentKeyOfLayersThatNobodyUnpacked_IsOfTheirBlobsAndNotOfWhatTheirImageClaims()
    {
        var honest = await TestImages.WriteLayerAsync(_bench.Store, TestImages.FileEntry("a", "honest"));
        var evil = (await TestImages.WriteLayerAsync(_bench.Store, TestImages.FileEntry("a", "evil"))) with { DiffId = honest.DiffId };
        var origin = new LayerOrigin(_bench.Store);
        Assert.NotEqual(await KeyAsync(honest with { Origin = origin }), await KeyAsync(evil with { Origin = origin }));
        Assert.NotEqual(await KeyAsync(honest), await KeyAsync(evil with { Origin = origin }));

        ValueTask<Digest?> KeyAsync(Layer layer) => _bench.CreateWorker().ContentKeyAsync(Step(), 0, new LayersResult(new LayerChain([layer])), default);
    }

    [Fact]
    public async Task Run_CopyWithoutTimes_IsAtTheEpoch()
    {
        LendOne("t", "a", "x");
        Assert.Equal(["File a 644 0:0 0 x"], await ListAsync(FileStep.CopyContents(LlbState.Local("t"), "/", "/")));
    }

    [Fact]
    public async Task Run_MakeSteps_WriteWhatTheySay() => Assert.Equal(
        ["Directory d 700 3:4 2 ", "File d/f 640 0:0 2 text", "Symlink d/l 777 9:9 2 ../x"],
        await ListAsync(
            FileStep.MakeDirectory("/d", 0b111_000_000, timestamp: 2_000_000_000).OwnedBy("3", "4"),
            FileStep.MakeFile("/d/f", 0b110_100_000, "text"u8, 2_000_000_000),
            FileStep.MakeSymlink("../x", "/d/l", 2_000_000_000).OwnedBy("9")));

    [Fact]
    public async Task Run_LaterStep_ReplacesTheEarlierFile() => Assert.Equal(
        ["File f 644 0:0 0 second"],
        await ListAsync(FileStep.MakeFile("/f", 0b110_100_100, "first"u8), FileStep.MakeFile("//./a/../../f", 0b110_000_000, "second"u8)));

    [Theory]
    [InlineData("/", "MBK2042")]
    [InlineData("/a/..", "MBK2042")]
    [InlineData("/../..", "MBK2042")]
    [InlineData("", "MBK2042")]
    [InlineData("/a\0b", "MBK1505")]
    [InlineData("/.wh.b", "MBK1510")]
    [InlineData("/.wh..wh..opq", "MBK1510")]
    public async Task Run_PathWithNoPlaceInAnImage_IsRefused(string path, string code) =>
        Assert.Equal(code, (await Assert.ThrowsAnyAsync<BuildException>(() => _bench.RunAsync(LlbState.Scratch.File(null, FileStep.MakeFile(path, 0b110_100_100, "x"u8))))).Code);

    [Fact]
    public async Task Run_OwnerThatDoesNotFit_IsRefused()
    {
        // As a number, -1 is 4294967295.
        Assert.Equal("MBK2014", (await Assert.ThrowsAsync<WorkerException>(() => _bench.RunAsync(Owned("-1")))).Code);
        await Assert.ThrowsAsync<LlbException>(() => _bench.RunAsync(Owned("app")));
        // BuildKit's client takes what is no number of 32 bits for a name.
        await Assert.ThrowsAsync<LlbException>(() => _bench.RunAsync(Owned("4294967295")));

        static LlbState Owned(string owner) => LlbState.Scratch.File(null, FileStep.MakeFile("/f", 0, "x"u8).OwnedBy(owner));
    }

    [Fact]
    public async Task Run_WhatNeedsASnapshot_IsSaidNotToBeOffered()
    {
        LendOne("t", "a", "x");
        var file = LlbState.Scratch.File(null, FileStep.MakeFile("/f", 0, "x"u8));
        await AssertNeedsRunnerAsync(file.File(null, FileStep.MakeFile("/g", 0, "x"u8)));
        await AssertNeedsRunnerAsync(LlbState.Scratch.File(null, FileStep.Remove("/f")));
        await AssertNeedsRunnerAsync(LlbState.Scratch.File(null, FileStep.Copy(LlbState.Local("t"), "/a", "/b", new CopyOptions { Unpack = true })));
        await AssertNeedsRunnerAsync(LlbState.Scratch.File(null, FileStep.CopyContents(file, "/", "/")));
        await AssertNeedsRunnerAsync(file.Run(new ExecOptions { Args = ["true"] }, Platform.LinuxAmd64).Root);
    }

    [Fact]
    public async Task Run_Passthrough_GivesTheInputsThatItNames()
    {
        var op = new MsBuildKit.Engine.Llb.Pb.Op { Passthrough = new MsBuildKit.Engine.Llb.Pb.PassthroughOp { Id = "p", Outputs = { 1L } } };
        var vertex = new Vertex(Digest.Of("p"u8), op, new MsBuildKit.Engine.Llb.Pb.OpMetadata(), []);
        var (first, second) = (new LayersResult(LayerChain.Scratch), new LayersResult(new LayerChain([])));
        var worker = _bench.CreateWorker();
        Assert.Same(second, Assert.Single(await worker.RunAsync(vertex, [first, second], default)));
        await Assert.ThrowsAsync<LlbException>(() => worker.RunAsync(vertex, [first], default).AsTask());
        Assert.Null(await worker.SaveAsync(vertex, [second], default));
    }

    [Fact]
    public async Task Run_TreeThatIsNotLent_NamesIt()
    {
        var error = await Assert.ThrowsAsync<SessionException>(() => _bench.RunAsync(LlbState.Scratch.File(null, FileStep.CopyContents(LlbState.Local("gone"), "/", "/"))));
        Assert.Equal("MBK1803", error.Code);
        Assert.Contains("'gone'", error.Message);
    }

    [Fact]
    public async Task Run_FileThatChangesBetweenKeyAndCopy_IsNeverWrittenUnderTheOldKey()
    {
        var path = _bench.Folder.Write("a", "hello");
        var time = File.GetLastWriteTimeUtc(path);
        _bench.Lend("t", new LocalFile("a", path));
        var worker = _bench.CreateWorker();
        var copy = WorkerBench.Load(LlbState.Scratch.File(null, FileStep.CopyContents(LlbState.Local("t"), "/", "/"))).Vertex;
        var tree = (await worker.RunAsync(copy.Inputs[0].Vertex, [], default))[0];
        File.WriteAllText(path, "HELLO");
        File.SetLastWriteTimeUtc(path, time);
        var error = await Assert.ThrowsAsync<SnapshotException>(async () => await worker.RunAsync(copy, [tree], default));
        Assert.Equal("MBK1501", error.Code);
        Assert.Contains(path, error.Message);
        Assert.Empty(Directory.GetFiles(_bench.Folder["store/ingest"]));
    }

    [Fact]
    public async Task Run_MergeAndDiff_AreChainsOfLayers()
    {
        var (a, b, c) = (Make("a"), Make("b"), Make("c"));
        var merged = await _bench.RunAsync(LlbState.Merge(null, a, b, c));
        Assert.Equal(3, merged.Layers.Count);
        var upper = await _bench.RunAsync(LlbState.Diff(LlbState.Merge(null, a, b), LlbState.Merge(null, a, b, c)));
        Assert.Equal(merged.Layers[2].DiffId, Assert.Single(upper.Layers).DiffId);
    }

    [Fact]
    public async Task Run_MergeWithALentTree_HasItsLayer()
    {
        LendOne("t", "a", "x");
        var merged = await _bench.RunAsync(LlbState.Merge("all", Make("b"), LlbState.Local("t"), LlbState.Local("t")));
        Assert.Equal(["File a 644 0:0 0 x"], await _bench.ListAsync(merged.Layers[1]));
        Assert.Equal("all", merged.Layers[1].CreatedBy);
        Assert.Equal(merged.Layers[1], merged.Layers[2]);
        Assert.Equal(merged.Layers[1].DiffId, Assert.Single((await _bench.RunAsync(LlbState.Diff(Make("b"), LlbState.Merge(null, Make("b"), LlbState.Local("t"))))).Layers).DiffId);
    }

    [Theory]
    [MemberData(nameof(MadeOfNothing))]
    public async Task Run_ActionsOntoScratch_AreAsOnATree(FileStep[] steps, string[] expected) => Assert.Equal(expected, await ListAsync(steps));

    public static TheoryData<FileStep[], string[]> MadeOfNothing => new()
    {
        { [FileStep.MakeDirectory("/a/b", 0b111_000_000, makeParents: true).OwnedBy("7")], ["Directory a 700 7:7 0 ", "Directory a/b 700 7:7 0 "] },
        { [FileStep.MakeDirectory("/a", 0b1_111_111_111), FileStep.MakeDirectory("/a", 0b111_000_000)], ["Directory a 777 0:0 0 "] },
        { [FileStep.MakeFile("/f", 0b110_000_000, "old"u8).OwnedBy("7"), FileStep.MakeFile("/f", 0b110_100_100, "new"u8)], ["File f 600 7:7 0 new"] },
        { [FileStep.MakeFile("/f", 0, "x"u8), FileStep.MakeDirectory("/f", 0)], ["File f 0 0:0 0 x"] },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task Run_ActionsOntoScratchThatCannotBe_AreRefusedAsOnATree(FileStep[] steps) => Assert.Contains((await Assert.ThrowsAnyAsync<BuildException>(() => ListAsync(steps))).Code, new[] { "MBK1505", "MBK2042" });

    public static TheoryData<FileStep[]> Impossible => new(
        [FileStep.MakeFile("/a/f", 0, "x"u8)],
        [FileStep.MakeDirectory("/a/b", 0)],
        [FileStep.MakeFile("/f", 0, "x"u8), FileStep.MakeDirectory("/f/a", 0, makeParents: true)],
        [FileStep.MakeFile("/f", 0, "x"u8), FileStep.MakeDirectory("/f", 0, makeParents: true)],
        [FileStep.MakeDirectory("/d", 0), FileStep.MakeFile("/d", 0, "x"u8)],
        [FileStep.MakeDirectory("/d", 0), FileStep.MakeSymlink("x", "/d")]);

    [Fact]
    public async Task Run_DiffOfUnrelatedTrees_IsSaidNotToBeOffered()
    {
        var error = await Assert.ThrowsAsync<WorkerException>(() => _bench.RunAsync(LlbState.Diff(Make("a"), LlbState.Merge(null, Make("b"), Make("c")))));
        Assert.Equal("MBK2002", error.Code);
    }

    [Fact]
    public async Task Key_OfALocalTree_ChangesWithAllThatShowsInALayer()
    {
        var (x, y) = (_bench.Folder.Write("x", "x"), _bench.Folder.Write("y", "y"));
        LocalTree[] trees =
        [
            new("t", [new LocalFile("a", x)]),
            new("t", [new LocalFile("a", y)]),
            new("t", [new LocalFile("b", x)]),
            new("t", [new LocalFile("a", x, Mode: 0b111_101_101)]),
            new("t", [new LocalFile("a", x, Uid: 1)]),
            new("t", [new LocalFile("a", x, Gid: 1)]),
            new("t", [new LocalFile("a", x), new LocalFile("b", x)]),
            new("t", [new LocalFile("a", x)]) { Directories = [new LocalDirectory("d")] },
            new("t", [new LocalFile("a", x)]) { Directories = [new LocalDirectory("d", Mode: 0b111_000_000)] },
            new("t", [new LocalFile("a", x)]) { Directories = [new LocalDirectory("d", Uid: 1)] },
            new("t", [new LocalFile("a", x)]) { Links = [new LocalLink("d", "a")] },
            new("t", [new LocalFile("a", x)]) { Links = [new LocalLink("d", "b")] },
            new("t", [new LocalFile("a", x)]) { Links = [new LocalLink("e", "a")] },
        ];
        var keys = new List<Digest>();
        foreach (var tree in trees) keys.Add(await KeyOfAsync(tree));
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(keys[0], await KeyOfAsync(new LocalTree("t", [new LocalFile("a", _bench.Folder.Write("elsewhere", "x"))])));
    }

    [Fact]
    public async Task Key_OfAFileStep_ChangesWithStepNameAndCompression()
    {
        var keys = new List<Digest>
        {
            await _bench.KeyAsync(Make("a")),
            await _bench.KeyAsync(Make("b")),
            await _bench.KeyAsync(LlbState.Scratch.File("named", FileStep.MakeFile("/a", 0b110_100_100, "x"u8))),
            await _bench.KeyAsync(LlbState.Scratch.File(null, FileStep.MakeFile("/a", 0b110_100_100, "x"u8).OwnedBy("1"))),
        };
        foreach (var options in new[] { new LayerOptions(Compression.Zstd), new LayerOptions(Level: 9) })
        {
            _bench.Options = options;
            keys.Add(await _bench.KeyAsync(Make("a")));
        }
        Assert.Equal(keys.Count, keys.Distinct().Count());
        _bench.Options = new LayerOptions(Parallelism: 8);
        Assert.Equal(keys[0], await _bench.KeyAsync(Make("a")));
    }

    [Fact]
    public async Task Load_WhatWasSaved_GivesTheChainBack()
    {
        var (worker, vertex, chain) = await RunOneAsync();
        var record = await worker.SaveAsync(vertex, [new LayersResult(chain)], default);
        var loaded = Assert.IsType<LayersResult>(Assert.Single((await worker.LoadAsync(vertex, record, default))!));
        Assert.Equal(chain.Layers, loaded.Chain.Layers);
    }

    [Fact]
    public async Task Load_BlobThatIsGoneOrCut_IsAMiss()
    {
        var (worker, vertex, chain) = await RunOneAsync();
        var record = await worker.SaveAsync(vertex, [new LayersResult(chain)], default);
        var path = _bench.Store.PathOf(chain.Layers[0].Blob.Digest);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.Null(await worker.LoadAsync(vertex, record, default));
        File.Delete(path);
        Assert.Null(await worker.LoadAsync(vertex, record, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("""[{"DiffId":"sha256:../x","Blob":null,"CreatedBy":""}]""")]
    [InlineData("""[{"DiffId":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","CreatedBy":""}]""")]
    public async Task Load_RecordThatMakesNoSense_IsAMiss(string record)
    {
        var (worker, vertex, _) = await RunOneAsync();
        Assert.Null(await worker.LoadAsync(vertex, System.Text.Encoding.UTF8.GetBytes(record), default));
    }

    [Fact]
    public async Task Save_RemoteLayers_AreNotWorthARecord()
    {
        var (worker, _, chain) = await RunOneAsync();
        var vertex = WorkerBench.Load(LlbState.Merge(null, Make("a"), Make("b"))).Vertex;
        var remote = chain.Layers[0] with { Origin = new LayerOrigin(_bench.Store, ImageReference.Parse("r.example/base:1")) };
        Assert.Null(await worker.SaveAsync(vertex, [new LayersResult(new LayerChain([remote]))], default));
        Assert.Null(await worker.SaveAsync(vertex, [new LayersResult(new LayerChain([remote, chain.Layers[0]]))], default));
        Assert.Null(await worker.SaveAsync(Step(), [new LayersResult(new LayerChain([remote]))], default));
    }

    [Fact]
    public async Task Save_StepOnRemoteLayers_IsARecordThatKeepsNothingOfTheirs()
    {
        var (worker, _, chain) = await RunOneAsync();
        var own = chain.Layers[0];
        var remote = own with { Blob = own.Blob with { Digest = Digest.Of("elsewhere"u8) }, Origin = new LayerOrigin(_bench.Store, ImageReference.Parse("r.example/base:1")) };
        var record = await worker.SaveAsync(Step(), [new LayersResult(new LayerChain([remote, own])), new LayersResult(new LayerChain([own]))], default);
        Assert.Equal([own.Blob.Digest, own.Blob.Digest], RecordReferences.Of(record!).Select(r => r.Digest));
        var chains = ChainRecord.Read(record, reference => new LayerOrigin(_bench.Store, reference))!;
        Assert.Equal([remote, own], chains[0]!.Layers);
        Assert.Equal([own], chains[1]!.Layers);
    }

    [Fact]
    public async Task Save_StepOnALayoutsLayers_IsARecordOnlyWhileTheyAreHere()
    {
        var (worker, _, chain) = await RunOneAsync();
        var here = chain.Layers[0] with { Origin = new LayerOrigin(_bench.Store) };
        var gone = here with { Blob = here.Blob with { Digest = Digest.Of("elsewhere"u8) } };
        Assert.NotNull(await worker.SaveAsync(Step(), [new LayersResult(new LayerChain([here, chain.Layers[0]]))], default));
        Assert.Null(await worker.SaveAsync(Step(), [new LayersResult(new LayerChain([gone, chain.Layers[0]]))], default));
    }

    private static Vertex Step() => LlbGraph.Load(LlbMarshaller.Marshal(LlbState.Scratch.Run(new ExecOptions { Args = ["/x"] }, Platform.LinuxAmd64).Root)).Vertex;

    private static LlbState Make(string name) => LlbState.Scratch.File(null, FileStep.MakeFile("/" + name, 0b110_100_100, "x"u8));

    private void LendOne(string tree, string path, string text) => _bench.Lend(tree, new LocalFile(path, _bench.Folder.Write(path, text)));

    private async Task<List<string>> ListAsync(params FileStep[] steps) =>
        await _bench.ListAsync(Assert.Single((await _bench.RunAsync(LlbState.Scratch.File(null, steps))).Layers));

    private async Task<Digest> KeyOfAsync(LocalTree tree)
    {
        var session = new BuildSession([tree], new Dictionary<string, Engine.Content.IContentSource>());
        return (await new LentTrees(session, new FileFactsCache(_bench.Folder["facts"], TimeProvider.System)).GetAsync("t", default)).Fingerprint;
    }

    private async Task<(EngineWorker, Vertex, LayerChain)> RunOneAsync()
    {
        var worker = _bench.CreateWorker();
        var vertex = WorkerBench.Load(Make("a")).Vertex;
        return (worker, vertex, ((LayersResult)(await worker.RunAsync(vertex, [], default))[0]).Chain);
    }

    private async Task AssertNeedsRunnerAsync(LlbState state) =>
        Assert.Equal("MBK2001", (await Assert.ThrowsAsync<WorkerException>(() => _bench.RunAsync(state))).Code);
}
