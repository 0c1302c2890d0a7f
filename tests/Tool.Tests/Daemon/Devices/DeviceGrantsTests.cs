using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Devices;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Devices;

public sealed class DeviceGrantsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DeviceGrantsTests()
    {
        _folder.Write("a.yaml", """
            kind: "a.example/part"
            devices:
            - name: one
            - name: two
              annotations: { org.mobyproject.buildkit.device.autoallow: true }
            """);
        _folder.Write("b.json", """{ "kind": "b.example/part", "devices": [{ "name": "x", "annotations": { "org.mobyproject.buildkit.device.class": "sort" } }] }""");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.example/part=two", "a.example/part=two")]
    [InlineData("a.example/part=one", "a.example/part=one", "device")]
    [InlineData("a.example/part", "a.example/part=one", "network.host", "device=a.example/part")]
    [InlineData("a.example/part=*", "a.example/part=one a.example/part=two", "device=a.example/part=one")]
    [InlineData("sort", "b.example/part=x", "device=b.example/part=x")]
    [InlineData("mine", "b.example/part=x", "device=b.example/part=x,alias=mine")]
    public void Admit_WhatIsGranted_IsNamedAsItIsHere(string asked, string meant, params string[] granted) =>
        Assert.Equal(meant.Split(' '), Devices(new DeviceGrants(granted, Machine()).Admit(Graph(asked))));

    [Theory]
    [InlineData("a.example/part=one", "device a.example/part=one is requested by the build but not allowed")]
    [InlineData("a.example/part=one", "device a.example/part=one is requested by the build but not allowed", "device=b.example/part=x")]
    [InlineData("sort", "device b.example/part=x is requested by the build but not allowed")]
    public void Admit_WhatIsNot_IsRefused(string asked, string message, params string[] granted)
    {
        var refused = Assert.ThrowsAny<BuildException>(() => new DeviceGrants(granted, Machine()).Admit(Graph(asked)));
        Assert.Equal(("MBK2504", message), (refused.Code, refused.Message));
    }

    [Fact]
    public void Admit_WhatIsNotHere_IsMissedUnlessItIsOptional()
    {
        var grants = new DeviceGrants(["device"], Machine());
        Assert.Equal("MBK2045", Assert.ThrowsAny<BuildException>(() => grants.Admit(Graph("c.example/part=x"))).Code);
        Assert.Empty(Devices(grants.Admit(Graph("c.example/part=x", optional: true))));
        Assert.Contains("switched off", Assert.ThrowsAny<BuildException>(() => new DeviceGrants(["device"], new DaemonDevices([], [])).Admit(Graph("sort"))).Message);
    }

    [Fact]
    public void Admit_Twice_IsTheSameGraph()
    {
        var grants = new DeviceGrants(["device=b.example/part=x,alias=mine"], Machine());
        var once = grants.Admit(Graph("mine"));
        Assert.Same(once, grants.Admit(once));
    }

    [Fact]
    public void Constructor_AWordThatNobodyKnows_IsRefused() =>
        Assert.Equal("MBK2504", Assert.ThrowsAny<BuildException>(() => new DeviceGrants(["device=sort,color=red"], Machine())).Code);

    [Fact]
    public void Describe_Devices_AreThoseOfAllFilesWithWhatIsSaidOfThem()
    {
        var told = Machine("b.example/part").Describe().ToList();
        Assert.Equal([("a.example/part=one", false), ("a.example/part=two", true), ("b.example/part=x", true)], told.Select(d => (d.Name, d.AutoAllow)));
        Assert.Equal("sort", told[2].Annotations["org.mobyproject.buildkit.device.class"]);
    }

    private DaemonDevices Machine(params string[] allowed) => new([_folder.Path], allowed);

    private static Definition Graph(string device, bool optional = false) => LlbMarshaller.Marshal(LlbState.Image("docker.io/library/a:1", Platform.LinuxAmd64, "a")
        .Run(new ExecOptions { Args = ["x"], Devices = [new CDIDevice { Name = device, Optional = optional }] }, Platform.LinuxAmd64).Root);

    private static IEnumerable<string> Devices(Definition graph) => LlbGraph.Load(graph).Vertices().Select(v => v.Op.Exec).OfType<ExecOp>().SelectMany(e => e.CdiDevices).Select(d => d.Name);
}
