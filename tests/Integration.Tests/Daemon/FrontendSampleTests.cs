using MsBuildKit.Integration.Tests.Samples;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Daemon;

/// <summary>A frontend in C# that is a sample: published, pushed, and named by a file in its own language.</summary>
public sealed class FrontendSampleTests(ServedDaemon daemon) : IClassFixture<ServedDaemon>
{
    [Fact]
    public async Task Frontend_PublishedAndPushed_BuildsItsLanguage()
    {
        await using var registry = await DockerRegistry.StartAsync();
        var image = Assert.Single(await new Sample("frontend").BuildAsync());
        var name = $"{registry.Host}/partsfile-frontend:1";
        (await Command.RunAsync(RealTool.Find("skopeo"), ["copy", "--dest-tls-verify=false", $"oci:{image["LayoutDirectory"]}:latest", $"docker://{name}"])).Succeeded();

        using var context = daemon.MakeContext(("Partsfile", $"""
            # syntax={name}
            base scratch
            copy busybox /bin/busybox
            env WHO $(WHO)
            run /bin/busybox touch /made-by-$(WHO)
            start /bin/busybox sh
            """.Replace("$(WHO)", "${WHO}", StringComparison.Ordinal)));
        File.Copy(RealTool.Find("busybox"), context["busybox"]);
        (await daemon.BuildAsync(context, "-f", context["Partsfile"], "--build-arg", "WHO=me", "-o", $"type=local,dest={context["out"]}")).Succeeded();
        Assert.True(File.Exists(context["out/made-by-me"]));
        Assert.Equal(new FileInfo(context["busybox"]).Length, new FileInfo(context["out/bin/busybox"]).Length);

        (await daemon.BuildAsync(context, "-f", context["Partsfile"], "--build-arg", "WHO=me", "-t", "parts:1", "--provenance=false", "-o", $"type=oci,dest={context["oci.tar"]}")).Succeeded();
        var config = (await Command.RunAsync(RealTool.Find("skopeo"), ["inspect", "--config", $"oci-archive:{context["oci.tar"]}"])).Succeeded().Output;
        Assert.Contains("WHO=me", config, StringComparison.Ordinal);
        Assert.Contains("\"/bin/busybox\",", config, StringComparison.Ordinal);

        context.Write("Wrong", $"# syntax={name}\nbase scratch\ncopi a b\nrun\n");
        var failed = await daemon.BuildAsync(context, "-f", context["Wrong"]);
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("Wrong: line 3: 'copi' is no part", failed.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: 'run' has 0 words and needs 1 or more", failed.Error, StringComparison.Ordinal);
    }
}
