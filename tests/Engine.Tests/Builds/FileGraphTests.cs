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
public class FileGraphTests : IAsyncDisposable
{
    private readonly GraphBed _bed;

    public FileGraphTests()
        : this(writesLate: false)
    {
    }

    protected FileGraphTests(bool writesLate) => _bed = new GraphBed { WritesLate = writesLate };

    public async ValueTask DisposeAsync()
    {
        await _bed.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Solve_FileActionsOnATree_AreSeenByACommandAndAreOneLayer()
    {
        var changed = _bed.Base.File("change",
            FileStep.MakeDirectory("/etc", 0b111_101_101), FileStep.MakeFile("/etc/passwd", 0b110_100_100, "app:x:77:88::/:\n"u8),
            FileStep.Copy(LlbState.Local("tree"), "/a/*.txt", "/srv/", new CopyOptions { AllowWildcard = true, CreateDestination = true }));
        var owned = changed.File("own", FileStep.Copy(LlbState.Local("tree"), "/b", "/b", new CopyOptions()).OwnedBy("app"));
        var result = await _bed.SolveAsync(GraphBed.Run(owned, "cat /srv/x.txt > /out; stat -c %u:%g:%a /b >> /out; ls /srv >> /out"));
        Assert.Equal(["base", "change", "own", "run"], result.Layers.Select(l => l.CreatedBy));
        Assert.Contains("File out 644 x77:88:644\nx.txt\n", await _bed.ListAsync(result.Layers[3]));
        Assert.Equal(
            ["Directory etc 755 ", "File etc/passwd 644 app:x:77:88::/:\n", "Directory srv 755 ", "File srv/x.txt 644 x"],
            await _bed.ListAsync(result.Layers[1]));
    }

    [Fact]
    public async Task Solve_CopyAndMountOfAFolder_RunAgainOnlyForWhatTheyUse()
    {
        foreach (var path in new[] { "package.json", "src/a", "src/b", "other" }) _bed.WriteContext(path, path);
        File.CreateSymbolicLink(Path.Combine(_bed["context"], "link"), "src");
        var context = LlbState.Local("context", null, new Dictionary<string, string> { ["local.excludepatterns"] = """["src/b"]""" });
        var copied = _bed.Base.File("copy", FileStep.Copy(context, "/package.json", "/app/", new CopyOptions { CreateDestination = true }), FileStep.Copy(context, "/link/*", "/app/", new CopyOptions { AllowWildcard = true, FollowSymlink = true }));
        var exec = new ExecOptions { Args = ["/bin/sh", "-c", "ls /m > /out; cat /m/a /app/* >> /out"], Network = NetMode.None, Mounts = [ExecMount.Bind("/m", context, readOnly: true, "/src")] };
        var graph = copied.Run(exec, Platform.LinuxAmd64, "run").Root;

        var first = await _bed.SolveAsync(graph);
        Assert.Equal(["Directory app 755 ", "File app/a 644 src/a", "File app/package.json 644 package.json"], await _bed.ListAsync(first.Layers[1]));
        Assert.Contains("File out 644 a\nsrc/asrc/apackage.json", await _bed.ListAsync(first.Layers[2]));
        _bed.WriteContext("other", "new");
        _bed.WriteContext("src/b", "new");
        Assert.Equal(first.Layers, (await _bed.SolveAsync(graph, () => throw new InvalidOperationException("A worker was started."))).Layers);
        _bed.WriteContext("src/a", "new");
        Assert.Contains("File out 644 a\nnewnewpackage.json", await _bed.ListAsync((await _bed.SolveAsync(graph)).Layers[2]));
    }

    [Fact]
    public async Task Solve_CommandOnAFolder_HasItsLayerAsImagesDo()
    {
        _bed.WriteContext("f", "f");
        File.Copy(RealTool.Find("busybox"), Path.Combine(Directory.CreateDirectory(Path.Combine(_bed["context"], "bin")).FullName, "sh"));
        var result = await _bed.SolveAsync(GraphBed.Run(LlbState.Local("context"), "echo x > /x"));
        Assert.Equal(2, result.Layers.Count);
        Assert.All(result.Layers, l => Assert.Equal(Compression.Gzip, MediaTypes.LayerCompression(l.Blob.MediaType)));
    }

    [Fact]
    public async Task Solve_Again_StartsNoWorker()
    {
        var graph = LlbState.Merge("m", LlbState.Diff(_bed.Base.File(null, FileStep.MakeFile("/a", 0, "x"u8)), _bed.Base.File(null, FileStep.MakeFile("/b", 0, "x"u8))), LlbState.Local("tree"));
        var first = await _bed.SolveAsync(graph);
        var second = await _bed.SolveAsync(graph, () => throw new InvalidOperationException("A worker was started."));
        Assert.Equal(first.Layers, second.Layers);
    }

    [Fact]
    public async Task Solve_WhatNeedsNoTree_StartsNoWorker()
    {
        var copied = LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("tree"), "/", "/srv"), FileStep.MakeFile("/srv/f", 0b110_100_100, "f"u8));
        var result = await _bed.SolveAsync(LlbState.Diff(_bed.Base, LlbState.Merge(null, _bed.Base, copied, LlbState.Local("tree"))), () => throw new InvalidOperationException("A worker was started."));
        Assert.Equal(2, result.Layers.Count);
    }

    [Fact]
    public async Task Solve_DifferenceOfAny_OnTheLowerTree_IsTheUpperTree()
    {
        var one = _bed.Base.File("one", FileStep.MakeFile("/same", 0b110_100_100, "s"u8, GraphBed.Epoch * 1_000_000_000), FileStep.MakeFile("/a", 0b110_100_100, "a"u8), FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/f", 0b110_100_100, "f"u8));
        var two = LlbState.Merge(null, _bed.Base, LlbState.Scratch.File("two", FileStep.MakeFile("/b", 0b110_100_100, "b"u8), FileStep.MakeFile("/same", 0b110_100_100, "s"u8, GraphBed.Epoch * 1_000_000_000)));
        var difference = LlbState.Diff(one, two, "difference");
        Assert.Equal(["File .wh.a 0 ", "File b 644 b", "File .wh.d 0 "], await _bed.ListAsync(Assert.Single((await _bed.SolveAsync(difference)).Layers)));
        var made = await _bed.SolveAsync(GraphBed.Run(LlbState.Merge(null, one, difference), "ls > /out"));
        Assert.Equal("File out 644 b\nbin\ndev\netc\nout\nproc\nsame\nsys\n", (await _bed.ListAsync(made.Layers[^1])).Single(l => l.StartsWith("File out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Solve_MergeOfADirectoryThatBeganAnew_KeepsWhatOtherTreesHaveInIt()
    {
        var anew = GraphBed.Run(_bed.Base.File("d", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/gone", 0b110_100_100, "g"u8)), "rm -r /d; mkdir /d; echo new > /d/new");
        var other = LlbState.Scratch.File("o", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/kept", 0b110_100_100, "k"u8), FileStep.MakeFile("/d/gone", 0b110_100_100, "g"u8));
        var made = await _bed.SolveAsync(GraphBed.Run(LlbState.Merge(null, other, anew), "ls /d > /out"));
        Assert.Contains("File out 644 kept\nnew\n", await _bed.ListAsync(made.Layers[^1]));
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
            seen.Add((await _bed.ListAsync((await _bed.SolveAsync(_bed.Base.Run(options, Platform.LinuxAmd64, "run").Root)).Layers[^1])).Single(l => l.StartsWith("File out", StringComparison.Ordinal)));
        }
        Assert.Equal(["File out 644 first:7:700\n", "File out 644 1\n:7:700\n", "File out 644 other:0:700\n"], seen);
        Assert.Equal(2, Directory.GetDirectories(_bed["cache/cache-mounts"]).Length);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bed["cache/snapshots/staging"]));
    }

    [Theory]
    [InlineData(true, GraphBed.Epoch + 100)]
    [InlineData(false, GraphBed.Epoch)]
    public async Task Solve_CopyOfASource_KeepsItsTimeWhereThatIsWanted(bool keeps, long expected)
    {
        (_bed.KeepsTimes, _bed.Modified) = (keeps, GraphBed.Epoch + 100);
        var copied = _bed.Base.File("copy", FileStep.Copy(LlbState.Local("tree"), "/b", "/made/b", new CopyOptions { CreateDestination = true }), FileStep.MakeFile("/new", 0b110_100_100, "n"u8));
        var times = await _bed.TimesAsync((await _bed.SolveAsync(copied)).Layers[^1]);
        Assert.Equal((expected, GraphBed.Epoch, GraphBed.Epoch), (times["made/b"], times["made"], times["new"]));
        var ofStep = _bed.Base.File("copy", FileStep.Copy(GraphBed.Run(_bed.Base, "echo x > /x"), "/x", "/x", new CopyOptions()));
        Assert.Equal(GraphBed.Epoch, (await _bed.TimesAsync((await _bed.SolveAsync(ofStep)).Layers[^1]))["x"]);
    }

    [Fact]
    public async Task Solve_FileActionThatFails_NamesTheOperationAndLeavesNothing()
    {
        var error = await Assert.ThrowsAsync<SolveException>(() => _bed.SolveAsync(_bed.Base.File("broken", FileStep.Remove("/gone"))));
        Assert.Equal(("MBK1505", "broken"), (error.Code, error.Vertex.Name));
        Assert.Contains("\"/gone\": not found", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bed["cache/snapshots/staging"]));
    }
}
