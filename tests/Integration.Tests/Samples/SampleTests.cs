using System.Text.Json;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Samples;

/// <summary>What the README promises of the samples.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TempFolder _work = new("samples");

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task HelloWeb_OneCommand_LeavesAnImageThatAnswers()
    {
        var image = Assert.Single(await new Sample("HelloWeb").BuildAsync());
        var layout = image["LayoutDirectory"]!.ToString();
        Assert.True(File.Exists(Path.Combine(layout, "sbom.spdx.json")));
        Assert.True(File.Exists(Path.Combine(layout, "provenance.json")));

        var bundle = await ImageJudges.AcceptAsync(layout, "latest", _work);
        foreach (var start in new Func<RunningContainer>[] { () => Crun.Start(bundle), () => Crun.StartRootless(new Bundle(_work["rootless/bundle"])) })
        {
            var port = LoopbackPort.FindFree();
            foreach (var path in new[] { bundle.Path, _work["rootless/bundle"] }) new Bundle(path).SetVariable("ASPNETCORE_HTTP_PORTS", $"{port}");
            await using var container = start();
            Assert.StartsWith("Hello from", await container.GetAsync($"http://127.0.0.1:{port}/"), StringComparison.Ordinal);
            Assert.Contains("as app", await container.GetAsync($"http://127.0.0.1:{port}/"), StringComparison.Ordinal);
            Assert.Contains("User-agent", await container.GetAsync($"http://127.0.0.1:{port}/robots.txt"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithPackages_ByAnOrdinaryUser_RunsAptAndLeavesAnImageThatAnswers()
    {
        var image = Assert.Single(await new Sample("WithPackages").BuildAsUserAsync(_work));
        var bundle = await ImageJudges.AcceptAsync(image["LayoutDirectory"]!.ToString(), "latest", _work);
        Assert.Contains("Package: libicu72", await File.ReadAllTextAsync(Path.Combine(bundle.Path, "rootfs/var/lib/dpkg/status")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(bundle.Path, "rootfs/var/cache/apt"), "*", SearchOption.AllDirectories));
        var port = LoopbackPort.FindFree();
        bundle.SetVariable("ASPNETCORE_HTTP_PORTS", $"{port}");
        await using var container = Crun.Start(bundle);
        Assert.Contains("1.234,50 \u20ac in Germany", await container.GetAsync($"http://127.0.0.1:{port}/"), StringComparison.Ordinal);
        await PruneAsUserAsync();
    }

    // What steps leave belongs to others than its user, who can measure and remove it all the same.
    private async Task PruneAsUserAsync()
    {
        var cache = _work["user/cache"];
        string[] tool = ["dotnet", _work["user/src/Tool/bin/Debug/net10.0/msbuildkit.dll"]];
        var usage = JsonDocument.Parse((await TestUser.RunAsync([.. tool, "du", "--json", "--store", cache], _work["user"])).Succeeded().Output).RootElement;
        var du = (await Command.RunAsync("du", ["-sb", cache])).Succeeded().Output.Split('\t')[0];
        Assert.Equal(long.Parse(du, null), usage.GetProperty("size").GetInt64());
        Assert.True(usage.GetProperty("snapshots").GetProperty("count").GetInt32() > 1000);
        Assert.Contains("unpacked layer", (await TestUser.RunAsync([.. tool, "prune", "--all", "--store", cache], _work["user"])).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(["staging"], Directory.GetDirectories(Path.Combine(cache, "snapshots")).Select(d => Path.GetFileName(d)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(cache, "cache-mounts")));
    }

    [Fact]
    public async Task WithDockerfile_OneCommand_LeavesAnImageThatAnswersAsAnUnprivilegedUser()
    {
        var image = Assert.Single(await new Sample("WithDockerfile").BuildAsync());
        var bundle = await ImageJudges.AcceptAsync(image["LayoutDirectory"]!.ToString(), "latest", _work);
        Assert.False(Directory.Exists(Path.Combine(bundle.Path, "rootfs/app/base")));
        foreach (var start in new Func<RunningContainer>[] { () => Crun.Start(bundle), () => Crun.StartRootless(new Bundle(_work["rootless/bundle"])) })
        {
            var port = LoopbackPort.FindFree();
            foreach (var path in new[] { bundle.Path, _work["rootless/bundle"] }) new Bundle(path).SetVariable("ASPNETCORE_HTTP_PORTS", $"{port}");
            await using var container = start();
            Assert.Equal("Hello from a Dockerfile as app\n", await container.GetAsync($"http://127.0.0.1:{port}/"));
        }
    }

    [Fact]
    public async Task Worker_TwoArchitectures_AreOneIndexWithTheExtraFile()
    {
        var image = Assert.Single(await new Sample("Worker").BuildAsync());
        var layout = image["LayoutDirectory"]!.ToString();
        var bundle = await ImageJudges.AcceptAsync(layout, "latest", _work);

        using var index = JsonDocument.Parse(await Skopeo.RawAsync($"oci:{layout}:latest"));
        var platforms = index.RootElement.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("platform").GetProperty("architecture").GetString());
        Assert.Equal(["amd64", "arm64", "unknown", "unknown"], platforms);
        var file = Path.Combine(bundle.Path, "rootfs/etc/worker/worker.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task FromRegistry_PushedToAnother_IsReadBackWithItsDigest()
    {
        await using var registry = await DockerRegistry.StartAsync();
        await new Sample("HelloWeb").BuildAsync($"ContainerRegistry={registry.Host}", "ContainerRepository=base", $"ContainerOutputDirectory={_work["base"]}");
        registry.ClearLog();

        var images = await new Sample("FromRegistry").BuildAsync(
            $"ContainerRegistry={registry.Host}", $"ContainerBaseImage={registry.Host}/base", $"ContainerOutputDirectory={_work["app"]}", $"ContainerCacheDirectory={_work["cache"]}");

        Assert.Equal(["1.0", "latest"], await Skopeo.ListTagsAsync($"docker://{registry.Host}/from-registry"));
        foreach (var image in images)
            Assert.Equal(image["Digest"]!.ToString(), (await Skopeo.InspectAsync($"docker://{image["Identity"]}"))["Digest"]!.ToString());
        Assert.NotEmpty(await registry.RequestsAsync("POST", "mount="));
        Assert.DoesNotContain(await registry.RequestsAsync("GET", "/v2/base/blobs/"), IsLarge);
    }

    // The base's layers stay where they are: only its configuration is read.
    private static bool IsLarge(string request) => request.Split("http.response.written=") is [_, var rest] && long.Parse(rest.Split(' ')[0], null) > 100_000;
}
