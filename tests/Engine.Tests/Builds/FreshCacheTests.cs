using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Cache mounts of steps that ignore the cache.</summary>
public sealed class FreshCacheTests : IAsyncDisposable
{
    private readonly GraphBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Solve_StepThatIgnoresTheCache_BeginsItsCachesAnew()
    {
        Assert.Equal("a\n", await AskAsync(Step(_bed.Base, "touch /c/a; ls /c", "one", "two")));
        Assert.Equal("a\nb\n", await AskAsync(Step(_bed.Base, "touch /c/b; ls /c", "one")));
        Assert.Equal("c\n", await AskAsync(Step(_bed.Base, "touch /c/c; ls /c", "one").WithoutCache()));
        Assert.Equal("a\nd\n", await AskAsync(Step(_bed.Base, "touch /c/d; ls /c", "two")));
        Assert.Equal("c\ne\n", await AskAsync(Step(_bed.Base, "touch /c/e; ls /c", "one")));
    }

    [Fact]
    public async Task Solve_TwoStepsThatIgnoreTheCache_SeeWhatEachOtherLeave()
    {
        await AskAsync(Step(_bed.Base, "touch /c/a; ls /c", "one"));
        var first = Step(_bed.Base, "touch /c/b; ls /c", "one").WithoutCache();
        Assert.Equal("b\nc\n", await AskAsync(Step(first, "touch /c/c; ls /c", "one").WithoutCache()));
    }

    private static LlbState Step(LlbState ground, string script, string cache, string? other = null) => ground.Run(new ExecOptions
    {
        Args = ["/bin/sh", "-c", $"({script}) > /out; [ ! -d /o ] || touch /o/a"], Network = NetMode.None,
        Mounts = [Cache("/c", cache), .. other is null ? Array.Empty<ExecMount>() : [Cache("/o", other)]],
    }, Platform.LinuxAmd64, "run").Root;

    private static ExecMount Cache(string place, string id) => ExecMount.Cache(place, id, CacheSharingOpt.Shared, LlbState.Scratch);

    private async Task<string> AskAsync(LlbState state)
    {
        var layers = (await _bed.SolveAsync(state)).Layers;
        return (await _bed.ListAsync(layers[^1])).Single(l => l.StartsWith("File out 644 ", StringComparison.Ordinal))["File out 644 ".Length..];
    }
}
