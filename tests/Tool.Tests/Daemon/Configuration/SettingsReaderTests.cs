using System.Net;
using System.Net.Sockets;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Configuration;

namespace MsBuildKit.Tool.Tests.Daemon.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_WholeFile_IsHonoured()
    {
        var options = Read("""
            root = "/srv/store"
            insecure-entitlements = ["network.host"]
            [grpc]
              address = ["unix:///run/a.sock", "tcp://127.0.0.1:1234"]
              gid = 7
            [history]
              maxAge = "1h30m"
              maxEntries = 5
            [worker.oci]
              max-parallelism = 3
              labels = { "a.b" = "c" }
              [[worker.oci.gcpolicy]]
                filters = ["type==source.local"]
                keepDuration = 3600
                reservedSpace = "10%"
              [[worker.oci.gcpolicy]]
                all = true
                maxUsedSpace = "20GB"
            [registry."docker.io"]
              mirrors = ["mirror.example/hub"]
              http = true
            [frontend."gateway.v0"]
              enabled = false
            """);
        Assert.Equal("/srv/store", options.Store);
        Assert.Equal("network.host", Assert.Single(options.Entitlements));
        Assert.Equal(["/run/a.sock", "127.0.0.1:1234"], options.Listen.Select(l => l.ToString()));
        Assert.Equal(7, options.GroupId);
        Assert.Equal((TimeSpan.FromMinutes(90), 5, 3, 3), (options.HistoryAge, options.HistoryEntries, options.OperationsAtOnce, options.MostAtOnce));
        Assert.Equal("c", options.Labels["a.b"]);
        Assert.Equal([TimeSpan.FromHours(1), TimeSpan.Zero], options.Rules.Select(r => r.KeepDuration));
        Assert.Equal((100L, 20_000_000_000L), (options.Rules[0].ReservedSpace.Of(1000), options.Rules[1].MaxUsedSpace.Of(1000)));
        Assert.True(options.Registries["docker.io"].IsPlain);
        Assert.Equal("mirror.example/hub", Assert.Single(options.Registries["docker.io"].Mirrors));
        Assert.Equal((true, false), (options.HasDockerfileFrontend, options.HasGatewayFrontend));
    }

    [Fact]
    public void Read_WhatIsUnknownOrWrong_IsToldAllAtOnceWithItsPlace()
    {
        var refused = Assert.Throws<DaemonException>(() => Read("""
            foo = 1
            [worker.oci]
              max-parallelism = "many"
              gcpolicy.x.all = true
            [registry."a.b"]
              tlsconfigdir = ["/x"]
            """));
        Assert.Equal(DaemonException.BadConfiguration, refused.Code);
        Assert.Contains("(1,1): 'foo' is no key", refused.Message, StringComparison.Ordinal);
        Assert.Contains("(3,3): 'worker.oci.max-parallelism' cannot have the value 'many'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("(4,3): 'worker.oci.gcpolicy.x.all' is no key", refused.Message, StringComparison.Ordinal);
        Assert.Contains("(6,3): 'registry.\"a.b\".tlsconfigdir' is not offered", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoToml_SaysWhere() =>
        Assert.Contains("(1,5)", Assert.Throws<DaemonException>(() => Read("a = \nb = 1")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_WhatHasNoMeaningHere_IsNoted()
    {
        var settings = new DaemonSettings();
        Reader().ReadFile(settings, _folder.Write("a.toml", "debug = true\n[worker.containerd.runtime]\nname = \"x\"\n[worker.oci]\nsnapshotter = \"native\"\n"));
        Assert.Equal(["debug", "worker.containerd.runtime.name", "worker.oci.snapshotter"], settings.Unused);
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:1234")]
    [InlineData("tcp://:1234")]
    [InlineData("tcp://[::]:1234")]
    public void Finish_OpenPortWithoutTls_IsRefusedUnlessAllowed(string address)
    {
        var settings = new DaemonSettings { Addresses = [address] };
        Assert.Equal(DaemonException.OpenPort, Assert.Throws<DaemonException>(() => Reader().Finish(settings, "/store")).Code);
        settings.AllowsUnprotectedPorts = true;
        Assert.IsType<IPEndPoint>(Assert.Single(Reader().Finish(settings, "/store").Listen));
    }

    [Theory]
    [InlineData("http://127.0.0.1:80")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://example.com:80")]
    [InlineData("unix://")]
    public void Finish_NoAddress_IsRefused(string address) =>
        Assert.Contains($"'{address}' is no address", Assert.Throws<DaemonException>(() => Reader().Finish(new DaemonSettings { Addresses = [address] }, "/store")).Message, StringComparison.Ordinal);

    [Fact]
    public void Default_IsTheUsersOwnPlaceUnlessRoot()
    {
        var environment = new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = "/run/user/5" };
        Assert.Equal("unix:///run/user/5/msbuildkit/msbuildkitd.sock", ListenAddress.Default(isRoot: false, environment));
        Assert.Equal("unix:///run/msbuildkit/msbuildkitd.sock", ListenAddress.Default(isRoot: true, environment));
    }

    [Fact]
    public async Task Clear_LeftSocket_GoesAndALiveOneIsRefused()
    {
        var place = new UnixDomainSocketEndPoint(_folder["s"]);
        var live = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        live.Bind(place);
        live.Listen();
        Assert.Equal(DaemonException.AddressTaken, (await Assert.ThrowsAsync<DaemonException>(() => ListenSocket.ClearAsync(place, default))).Code);
        File.Move(_folder["s"], _folder["left"]);
        live.Dispose();
        await ListenSocket.ClearAsync(new UnixDomainSocketEndPoint(_folder["left"]), default);
        Assert.False(Path.Exists(_folder["left"]));
    }

    [Fact]
    public async Task Clear_AFile_Stays()
    {
        var file = _folder.Write("kept", "of somebody");
        Assert.Equal(DaemonException.AddressTaken, (await Assert.ThrowsAsync<DaemonException>(() => ListenSocket.ClearAsync(new UnixDomainSocketEndPoint(file), default))).Code);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Find_Group_IsReadFromTheMachinesList()
    {
        var groups = _folder.Write("group", "root:x:0:\nbuilders:x:1007:a,b\n");
        Assert.Equal(1007u, SocketOwner.Find("builders", groups));
        Assert.Equal(42u, SocketOwner.Find("42", groups));
        Assert.Equal(DaemonException.BadConfiguration, Assert.Throws<DaemonException>(() => SocketOwner.Find("nobody", groups)).Code);
    }

    [Theory]
    [InlineData("48h", 172800)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("300ms", 0.3)]
    public void TryParse_Duration_IsGos(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), GoDuration.ParseSpan(text));

    [Theory]
    [InlineData("48")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1h 30m")]
    public void TryParse_NoDuration_IsNull(string text) => Assert.Null(GoDuration.ParseSpan(text));

    private SettingsReader Reader() => new(TestHost.Create(_folder.Path), isRoot: true);

    private DaemonOptions Read(string text)
    {
        var (settings, reader) = (new DaemonSettings(), Reader());
        reader.ReadFile(settings, _folder.Write("daemon.toml", text));
        return reader.Finish(settings, "/store");
    }
}
