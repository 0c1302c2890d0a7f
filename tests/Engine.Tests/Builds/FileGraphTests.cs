using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Graphs of file operations, differences and merges beside commands, solved with a worker process of its own.</summary>
public sealed class FileGraphTests : IAsyncDisposable
{
    private const long Epoch = 1_700_000_000;

    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;
    private readonly BuildSession _session;
    private readonly LlbState _base;

    public FileGraphTests()
    {
        foreach (var tool in new[] { "unshare", "crun", "newuidmap" }) RealTool.Find(tool);
        _store = new LocalContentStore(_folder["cache"]);
        var busybox = new LocalFile("bin/sh", RealTool.Find("busybox"), Mode: 0b111_101_101);
        var tree = new LocalTree("tree", [new LocalFile("a/x.txt", _folder.Write("x", "x")), new LocalFile("a/y.md", _folder.Write("y", "y")), new LocalFile("b", _folder.Write("b", "b"))]);
        _session = new BuildSession([new LocalTree("base", [busybox]), tree], new Dictionary<string, IContentSource>());
        _base = LlbState.Scratch.File("base", FileStep.CopyContents(LlbState.Local("base"), "/", "/"));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Solve_FileActionsOnATree_AreSeenByACommandAndAreOneLayer()
    {
        var changed = _base.File("change",
            FileStep.MakeDirectory("/etc", 0b111_101_101), FileStep.MakeFile("/etc/passwd", 0b110_100_100, "app:x:77:88::/:\n"u8),
            FileStep.Copy(LlbState.Local("tree"), "/a/*.txt", "/srv/", new CopyOptions { AllowWildcard = true, CreateDestination = true }));
        var owned = changed.File("own", FileStep.Copy(LlbState.Local("tree"), "/b", "/b", new CopyOptions()).OwnedBy("app"));
        var result = await SolveAsync(Run(owned, "cat /srv/x.txt > /out; stat -c %u:%g:%a /b >> /out; ls /srv >> /out"));
        Assert.Equal(["base", "change", "own", "run"], result.Layers.Select(l => l.CreatedBy));
        Assert.Contains("File out 644 x77:88:644\nx.txt\n", await ListAsync(result.Layers[3]));
        Assert.Equal(
            ["Directory etc 755 ", "File etc/passwd 644 app:x:77:88::/:\n", "Directory srv 755 ", "File srv/x.txt 644 x"],
            await ListAsync(result.Layers[1]));
    }

    [Fact]
    public async Task Solve_Again_StartsNoWorker()
    {
        var graph = LlbState.Merge("m", LlbState.Diff(_base.File(null, FileStep.MakeFile("/a", 0, "x"u8)), _base.File(null, FileStep.MakeFile("/b", 0, "x"u8))), LlbState.Local("tree"));
        var first = await SolveAsync(graph);
        var second = await SolveAsync(graph, () => throw new InvalidOperationException("A worker was started."));
        Assert.Equal(first.Layers, second.Layers);
    }

    [Fact]
    public async Task Solve_WhatNeedsNoTree_StartsNoWorker()
    {
        var copied = LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("tree"), "/", "/srv"), FileStep.MakeFile("/srv/f", 0b110_100_100, "f"u8));
        var result = await SolveAsync(LlbState.Diff(_base, LlbState.Merge(null, _base, copied, LlbState.Local("tree"))), () => throw new InvalidOperationException("A worker was started."));
        Assert.Equal(2, result.Layers.Count);
    }

    [Fact]
    public async Task Solve_DifferenceOfAny_OnTheLowerTree_IsTheUpperTree()
    {
        var one = _base.File("one", FileStep.MakeFile("/same", 0b110_100_100, "s"u8, Epoch * 1_000_000_000), FileStep.MakeFile("/a", 0b110_100_100, "a"u8), FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/f", 0b110_100_100, "f"u8));
        var two = LlbState.Merge(null, _base, LlbState.Scratch.File("two", FileStep.MakeFile("/b", 0b110_100_100, "b"u8), FileStep.MakeFile("/same", 0b110_100_100, "s"u8, Epoch * 1_000_000_000)));
        var difference = LlbState.Diff(one, two, "difference");
        Assert.Equal(["File .wh.a 0 ", "File b 644 b", "File .wh.d 0 "], await ListAsync(Assert.Single((await SolveAsync(difference)).Layers)));
        var made = await SolveAsync(Run(LlbState.Merge(null, one, difference), "ls > /out"));
        Assert.Equal("File out 644 b\nbin\ndev\netc\nout\nproc\nsame\nsys\n", (await ListAsync(made.Layers[^1])).Single(l => l.StartsWith("File out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Solve_MergeOfADirectoryThatBeganAnew_KeepsWhatOtherTreesHaveInIt()
    {
        var anew = Run(_base.File("d", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/gone", 0b110_100_100, "g"u8)), "rm -r /d; mkdir /d; echo new > /d/new");
        var other = LlbState.Scratch.File("o", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/kept", 0b110_100_100, "k"u8), FileStep.MakeFile("/d/gone", 0b110_100_100, "g"u8));
        var made = await SolveAsync(Run(LlbState.Merge(null, other, anew), "ls /d > /out"));
        Assert.Contains("File out 644 kept\nnew\n", await ListAsync(made.Layers[^1]));
    }

    [Theory]
    [InlineData(CacheSharingOpt.Shared)]
    [InlineData(CacheSharingOpt.Locked)]
    [InlineData(CacheSharingOpt.Private)]
    public async Task Solve_CacheThatBeginsWithATree_HasItAtFirstAndItsOwnAfter(CacheSharingOpt sharing)
    {
        var seed = LlbState.Scratch.File("seed", FileStep.MakeDirectory("/c", 0b111_000_000).OwnedBy("7"), FileStep.MakeFile("/c/f", 0b110_100_100, "first"u8));
        var other = LlbState.Scratch.File("other", FileStep.MakeDirectory("/c", 0b111_000_000), FileStep.MakeFile("/c/f", 0b110_100_100, "other"u8));
        var seen = new List<string>();
        foreach (var (ground, number) in new[] { (seed, 1), (seed, 2), (other, 3) })
        {
            var options = new ExecOptions { Args = ["/bin/sh", "-c", $"cat /cache/f > /out; stat -c :%u:%a /cache >> /out; echo {number} > /cache/f"], Mounts = [ExecMount.Cache("/cache", "id", sharing, ground, "/c")], Network = NetMode.None };
            seen.Add((await ListAsync((await SolveAsync(_base.Run(options, Platform.LinuxAmd64, "run").Root)).Layers[^1])).Single(l => l.StartsWith("File out", StringComparison.Ordinal)));
        }
        Assert.Equal(["File out 644 first:7:700\n", "File out 644 1\n:7:700\n", "File out 644 other:0:700\n"], seen);
        Assert.Equal(2, Directory.GetDirectories(_folder["cache/cache-mounts"]).Length);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["cache/snapshots/staging"]));
    }

    [Fact]
    public async Task Solve_FileActionThatFails_NamesTheOperationAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(_base.File("broken", FileStep.Remove("/gone"))));
        Assert.Equal(("MBK1505", "broken"), (error.Code, error.Vertex.Name));
        Assert.Contains("'/gone'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["cache/snapshots/staging"]));
    }

    private static LlbState Run(LlbState state, string script) =>
        state.Run(new ExecOptions { Args = ["/bin/sh", "-c", script], Network = NetMode.None }, Platform.LinuxAmd64, "run").Root;

    private async Task<LayerChain> SolveAsync(LlbState state, Func<WorkerProgram>? find = null)
    {
        var locks = new KeyLocks(_folder["cache/locks"]);
        await using var worker = new RootlessWorker(find ?? FindWorker, _store.Root, new StepGrants());
        var options = new LayerOptions();
        var steps = new StepWorker(_store, new LayerMaterializer(_store, locks, null), worker, _session, new StepOptions { Layers = options, SourceDateEpoch = Epoch, Time = TimeProvider.System }, null);
        var engine = new EngineWorker(_store, _session, new LentTrees(_session, new FileFactsCache(_folder["cache/facts"], TimeProvider.System)), new NoImages(), options, steps);
        using var solver = new Solver<VertexResult>(engine, new FileCacheIndex(_folder["cache/index"], TimeProvider.System), locks, new SolverOptions { Time = TimeProvider.System, Slots = 4 });
        return ((LayersResult)await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(state)), default)).Chain;
    }

    private static WorkerProgram FindWorker() => new()
    {
        Command = [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : RealTool.Find("dotnet"), Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
        SearchPath = Environment.GetEnvironmentVariable("PATH")!.Split(':'),
        User = HostUser.Current("/etc/passwd", null),
    };

    private async Task<List<string>> ListAsync(Layer layer)
    {
        var lines = new List<string>();
        await using var blob = await _store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, Compression.Gzip, layer.DiffId, async (entry, content) =>
            lines.Add($"{entry.Type} {entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.Link}{(content is null ? "" : await new StreamReader(content).ReadToEndAsync())}"), default);
        return lines;
    }

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No test here asks for an image of a registry.");

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("No test here asks for an image of a registry.");
    }
}
