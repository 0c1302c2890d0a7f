using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Daemon.Policies;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Builds;

public sealed class GraphGuardTests
{
    [Theory]
    [InlineData(NetMode.Host, SecurityMode.Sandbox, "network.host")]
    [InlineData(NetMode.Unset, SecurityMode.Insecure, "security.insecure")]
    public void Admit_WhatWasNotGranted_IsRefused(NetMode network, SecurityMode security, string entitlement)
    {
        var graph = LlbMarshaller.Marshal(LlbState.Image("docker.io/library/a:1", Platform.LinuxAmd64, "a").Run(new ExecOptions { Args = ["x"], Network = network, Security = security }, Platform.LinuxAmd64).Root);
        var error = Assert.ThrowsAny<BuildException>(() => Guard().Admit(graph));
        Assert.Equal(("MBK2504", $"{entitlement} is not allowed"), (error.Code, error.Message));
        Assert.Equal(Op.OpOneofCase.Exec, Guard(entitlement).Admit(graph).Edge.Vertex.Op.OpCase);
    }

    [Fact]
    public void Admit_CapabilityThatNobodyKnows_IsRefused()
    {
        var graph = LlbMarshaller.Marshal(LlbState.Scratch.File("f", FileStep.MakeFile("/a", 0x1A4, "a"u8)));
        graph.Metadata.Values.First().Caps["of.tomorrow"] = true;
        Assert.Equal("MBK2509", Assert.ThrowsAny<BuildException>(() => Guard().Admit(graph)).Code);
    }

    [Fact]
    public void Grant_WhatTheDaemonDoesNotAllow_IsRefused()
    {
        var allowed = new HashSet<string> { "network.host" };
        Assert.Equal(["network.host"], Entitlements.Grant(["network.host"], allowed));
        Assert.Contains("not allowed by build daemon configuration", Assert.ThrowsAny<BuildException>(() => Entitlements.Grant(["security.insecure"], allowed)).Message);
        Assert.Contains("unknown entitlement", Assert.ThrowsAny<BuildException>(() => Entitlements.Grant(["everything"], allowed)).Message);
    }

    private static GraphGuard Guard(params string[] granted) => new(granted.ToHashSet(), SourcePolicy.None, new DeviceGrants([], new DaemonDevices([], [])));
}
