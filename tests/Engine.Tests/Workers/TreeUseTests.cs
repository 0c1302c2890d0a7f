using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class TreeUseTests : IAsyncDisposable
{
    private static readonly LlbState s_context = LlbState.Local("context");
    private readonly WorkerBench _bench = new();

    public TreeUseTests()
    {
        _bench.Folders["context"] = _bench.Folder["context"];
        foreach (var path in new[] { "package.json", "src/a.cs", "src/b.md", "src/deep/c.cs", "other/x" }) Write(path, path);
        File.CreateSymbolicLink(_bench.Folder["context/link"], "src/deep");
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    public static TheoryData<string, string[]> Uses => new()
    {
        { "/package.json", ["package.json"] },
        { "/src", ["src/a.cs", "src/b.md", "src/deep/c.cs"] },
        { "/src/", ["src/a.cs", "src/b.md", "src/deep/c.cs"] },
        { "/src/*.cs", ["src/a.cs"] },
        { "/*/*.md", ["src/b.md"] },
        { "/link/c.cs", ["src/deep/c.cs"] },
        { "/link", [] },
        { "/", ["package.json", "src/a.cs", "src/b.md", "src/deep/c.cs", "other/x"] },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Of_ACopy_ChangesWithWhatItCopiesAndNothingElse(string source, string[] used)
    {
        foreach (var path in new[] { "package.json", "src/a.cs", "src/b.md", "src/deep/c.cs", "other/x" })
        {
            var before = await KeyAsync(source);
            Write(path, "new");
            Assert.Equal(used.Contains(path), before != await KeyAsync(source));
        }
    }

    [Fact]
    public async Task Of_ACopy_ChangesWithModesAndNamesOfWhatItCopies()
    {
        var before = await KeyAsync("/src");
        File.SetUnixFileMode(_bench.Folder["context/src/deep"], (UnixFileMode)0b111_000_000);
        var mode = await KeyAsync("/src");
        Assert.NotEqual(before, mode);
        Directory.CreateDirectory(_bench.Folder["context/src/empty"]);
        var more = await KeyAsync("/src");
        Assert.NotEqual(mode, more);
        Directory.Move(_bench.Folder["context/src/empty"], _bench.Folder["context/src/void"]);
        Assert.NotEqual(more, await KeyAsync("/src"));
        var whole = await KeyAsync("/other");
        Directory.CreateDirectory(_bench.Folder["context/elsewhere"]);
        Assert.Equal(whole, await KeyAsync("/other"));
    }

    [Fact]
    public async Task Of_ACopyThroughALink_ChangesWithTheLink()
    {
        var before = await KeyAsync("/link/c.cs");
        File.Delete(_bench.Folder["context/link"]);
        Write("second/c.cs", "src/deep/c.cs");
        File.CreateSymbolicLink(_bench.Folder["context/link"], "second");
        Assert.NotEqual(before, await KeyAsync("/link/c.cs"));
    }

    [Fact]
    public async Task Of_ACopyWithPatterns_IsOfWhatTheyTake()
    {
        var options = new CopyOptions { ContentsOnly = true, Include = ["**/*.cs"], Exclude = ["src/deep"] };
        var before = await KeyAsync("/", options);
        foreach (var path in new[] { "package.json", "src/b.md", "src/deep/c.cs" }) Write(path, "new");
        Assert.Equal(before, await KeyAsync("/", options));
        Write("src/a.cs", "new");
        Assert.NotEqual(before, await KeyAsync("/", options));
    }

    [Fact]
    public async Task Of_ACopyOfWhatIsNotThere_IsOfEverything()
    {
        var before = await KeyAsync("/gone");
        Write("other/x", "new");
        Assert.NotEqual(before, await KeyAsync("/gone"));
    }

    [Fact]
    public async Task Of_SeveralCopies_IsOfAllOfThem()
    {
        var state = LlbState.Scratch.File(null, Step("/package.json", new CopyOptions()), Step("/src/b.md", new CopyOptions()));
        var before = await KeyAsync(state);
        Write("src/a.cs", "new");
        Assert.Equal(before, await KeyAsync(state));
        Write("src/b.md", "new");
        Assert.NotEqual(before, await KeyAsync(state));
    }

    [Theory]
    [InlineData("/src/deep", false)]
    [InlineData("/link", false)]
    [InlineData("/src", true)]
    [InlineData("", true)]
    [InlineData("/gone", true)]
    public async Task Of_AMountedFolder_IsOfItsPart(string selector, bool changes)
    {
        var before = await MountAsync(selector, -1);
        Write("src/b.md", "new");
        Assert.Equal(changes, before != await MountAsync(selector, -1));
    }

    [Fact]
    public async Task Of_AMountThatIsAnOutput_IsOfEverythingAndGoesOn()
    {
        var use = await MountUseAsync("/src/deep", 1);
        Assert.True(use.GoesOn);
        Assert.Null(use.Paths);
    }

    [Fact]
    public async Task Of_ACopy_NeedsWhatItCopiesAndTheWayThere()
    {
        var vertex = WorkerBench.Load(LlbState.Scratch.File(null, Step("/link/c.cs", new CopyOptions()))).Vertex;
        var use = await TreeUse.OfAsync(vertex, 0, await TreeAsync(vertex), default);
        Assert.Equal(["link", "src", "src/deep", "src/deep/c.cs"], use.Paths!.Order(StringComparer.Ordinal));
        Assert.False(use.GoesOn);
    }

    private void Write(string path, string text) => _bench.Folder.Write("context/" + path, text);

    private static FileStep Step(string source, CopyOptions options) => FileStep.Copy(s_context, source, "/to/", options with { CreateDestination = true, AllowWildcard = true });

    private Task<Digest> KeyAsync(string source, CopyOptions? options = null) => KeyAsync(LlbState.Scratch.File(null, Step(source, options ?? new CopyOptions())));

    private async Task<Digest> KeyAsync(LlbState state)
    {
        var vertex = WorkerBench.Load(state).Vertex;
        return (await _bench.CreateWorker().ContentKeyAsync(vertex, 0, await TreeAsync(vertex), default))!.Value;
    }

    private async Task<TreeResult> TreeAsync(Vertex vertex) => (TreeResult)(await _bench.CreateWorker().RunAsync(vertex.Inputs[0].Vertex, [], default))[0];

    private async Task<Digest> MountAsync(string selector, int output) => (await MountUseAsync(selector, output)).Key;

    private async Task<TreeUse> MountUseAsync(string selector, int output)
    {
        var vertex = WorkerBench.Load(LlbState.Scratch.Run(new ExecOptions { Args = ["true"] }, Platform.LinuxAmd64).Root).Vertex;
        var tree = (TreeResult)(await _bench.CreateWorker().RunAsync(WorkerBench.Load(s_context).Vertex, [], default))[0];
        vertex.Op.Exec.Mounts.Add(new Mount { Input = 7, Selector = selector, Dest = "/m", Output = output });
        return await TreeUse.OfAsync(vertex, 7, tree, default);
    }
}
