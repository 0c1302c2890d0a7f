using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Tests.Daemon.Frontends;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Services;

public sealed class SourceMetadataTests
{
    [Fact]
    public async Task Resolve_ALayoutOfTheClient_TellsItsImage()
    {
        var content = new FakeContent("oci:tools");
        var config = OciJson.Write(new ImageConfig { Architecture = "amd64", Os = "linux", Config = new ContainerConfig { User = "me" } });
        content.Add(config);
        var manifest = content.Add(OciJson.Write(new ImageManifest { MediaType = MediaTypes.OciManifest, Config = Descriptor.Of(MediaTypes.OciConfig, config), Layers = [] }));
        await using var client = await FakeClient.StartAsync(content);
        await using var build = new FrontendBuild(client: client.Session);
        var source = new SourceOp { Identifier = $"oci-layout://registry.example/base@{manifest}", Attrs = { ["oci.store"] = "tools" } };
        var told = await ResolveAsync(build, source);
        Assert.Equal(manifest.ToString(), told.Image.Digest);
        Assert.Equal(("me", Platform.LinuxAmd64), (ImageConfig.Parse(told.Image.Config.Memory).Config!.User, ImageConfig.Parse(told.Image.Config.Memory).Platform));
    }

    [Theory]
    [InlineData("oci-layout://base", "has no digest")]
    [InlineData("oci-layout://base@sha256:7777777777777777777777777777777777777777777777777777777777777777", "lends no layout 'base'")]
    [InlineData("local://context", "nothing can be told of the source 'local://context'")]
    public async Task Resolve_WhatCannotBeTold_SaysWhy(string identifier, string part)
    {
        await using var build = new FrontendBuild();
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => ResolveAsync(build, new SourceOp { Identifier = identifier }));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static Task<ResolveSourceMetaResponse> ResolveAsync(FrontendBuild build, SourceOp source) =>
        new SourceMetadata(build.Bridge).ResolveAsync(new ResolveSourceMetaRequest { Source = source }, TestContext.Current.CancellationToken);
}
