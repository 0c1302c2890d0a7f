using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class ResolvConfTests : IDisposable
{
    private readonly TempFolder _folder = new("resolv");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nameserver 10.0.0.1\n", false)]
    [InlineData("nameserver 10.0.0.1\nnameserver 2001:db8::1\n", false)]
    [InlineData("", true)]
    [InlineData("nameserver 127.0.0.1\n", true)]
    [InlineData("nameserver 10.0.0.1\nnameserver ::1\n", true)]
    [InlineData("nameserver 169.254.169.254\n", true)]
    [InlineData("nameserver fe80::1%eth0\n", true)]
    [InlineData("nameserver nonsense\n", true)]
    public void NeedsForwarder_IfAServerIsOutOfReach(string text, bool expected) =>
        Assert.Equal(expected, ResolvConf.Read(_folder.Write("resolv.conf", text), _folder["none"]).NeedsForwarder);

    [Fact]
    public void Read_OfSystemdsStub_TakesWhatIsBehindIt()
    {
        var stub = _folder.Write("stub", "nameserver 127.0.0.53\noptions edns0\n");
        var behind = _folder.Write("behind", "nameserver 10.0.0.2\nsearch example.test\n");
        Assert.Equal("nameserver 10.0.0.2\nsearch example.test\n", ResolvConf.Read(stub, behind).AsIs());
        Assert.Equal("nameserver 127.0.0.53\noptions edns0\n", ResolvConf.Read(stub, _folder["none"]).AsIs());
        Assert.Equal("", ResolvConf.Read(_folder["none"], "").AsIs());
    }

    [Fact]
    public void Texts_KeepWhatIsNoServer()
    {
        var conf = ResolvConf.Read(_folder.Write("resolv.conf", "# c\n; c\nnameserver\t127.0.0.1 \n  search a b\noptions ndots:2"), "");
        Assert.Equal("nameserver 192.0.0.8\nsearch a b\noptions ndots:2\n", conf.Through("192.0.0.8"));
        Assert.Equal("search a b\noptions ndots:2\n", conf.WithoutServers());
    }
}
