using System.Net;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>Commands on the wire as BuildKit's client (client/llb/exec.go) writes them.</summary>
public sealed class ExecWireTests
{
    private static readonly LlbState s_base = LlbState.Image("r.example/base", ImagePlatform.LinuxAmd64);

    // The expected bytes were written by protoc's own encoder from a text of the same message; its kind stands last, as Go writes it.
    [Fact]
    public void Run_WithEverything_HasTheBytesOfAnotherImplementation()
    {
        var options = new ExecOptions
        {
            Args = ["x"], Environment = ["A=1"], Hostname = "box", CgroupParent = "builds", Network = NetMode.Host, Security = SecurityMode.Insecure, ValidExitCodes = [0, 3],
            ExtraHosts = [new HostAddress("db", IPAddress.Parse("::ffff:10.0.0.7")), new HostAddress("six", IPAddress.Parse("FE80:0::1"))],
            Ulimits = [new Ulimit { Name = "nofile", Soft = 1024, Hard = -1 }],
            Proxy = new ProxyEnv { HttpProxy = "http://p", NoProxy = "h", AllProxy = "socks5://a" },
            Devices = [new CDIDevice { Name = "vendor.example/gpu=0", Optional = true }],
            SecretEnvironment = [new SecretVariable("B", "b"), new SecretVariable("A", "a", Optional: true)],
            Mounts =
            [
                ExecMount.Ssh("/run/buildkit/ssh_agent.0", "default"),
                ExecMount.Secret("/s/b", "b"),
                ExecMount.Cache("/z", "c", CacheSharingOpt.Shared, LlbState.Scratch).WithContentCache(MountContentCache.Off),
                ExecMount.Secret("/s/a", "a"),
                ExecMount.SharedMemory(1 << 20),
            ],
        };
        var vertex = Load(s_base.Run(options, ImagePlatform.LinuxAmd64).Root);
        const string Expected =
            "0A0B0A097368613235363A6161520E0A05616D64363412056C696E75785A001299030A9A010A01781203413D3112275353485F415554485F534F434B3D2F72756E2F6275696C646B69742F7373685F6167656E742E301A012F2A190A08687474703A2F2F702201682A0A736F636B73353A2F2F61320E0A026462120831302E302E302E37320E0A037369" +
            "781207666538303A3A313A03626F784A160A066E6F66696C6510800818FFFFFFFFFFFFFFFFFF0152066275696C647358016202000312031A012F122908FFFFFFFFFFFFFFFFFF011A082F6465762F73686D20FFFFFFFFFFFFFFFFFF0130049A010408808040122508FFFFFFFFFFFFFFFFFF011A022F7A20FF" +
            "FFFFFFFFFFFFFFFF013003A201030A0163C00102121C08FFFFFFFFFFFFFFFFFF011A042F732F623001AA01060A0162208002121C08FFFFFFFFFFFFFFFFFF011A042F732F613001AA01060A0161208002123708FFFFFFFFFFFFFFFFFF011A192F72756E2F6275696C646B69742F7373685F6167656E742E30" +
            "3002B2010C0A0764656661756C74208003180120012A060A01621201422A080A0161120141180132180A1476656E646F722E6578616D706C652F6770753D301001";
        var op = vertex.Op.Clone();
        op.Inputs[0].Digest = "sha256:aa";
        Assert.Equal(Expected, Convert.ToHexString(CanonicalBytes.Of(op)));
        Assert.Equal(
            [
                "exec.meta.base", "exec.meta.cdi", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security", "exec.meta.ulimit", "exec.mount.bind", "exec.mount.cache",
                "exec.mount.cache.content", "exec.mount.cache.sharing", "exec.mount.secret", "exec.mount.ssh", "exec.mount.tmpfs", "exec.mount.tmpfs.size", "exec.secretenv",
                "exec.validexitcode", "platform",
            ],
            vertex.Metadata.Caps.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_WhoseEnvironmentNamesAnAgent_KeepsIt()
    {
        var options = new ExecOptions { Args = ["x"], Environment = ["SSH_AUTH_SOCK=/mine"], Mounts = [ExecMount.Ssh("/agent", "default")] };
        Assert.Equal(["SSH_AUTH_SOCK=/mine"], Load(s_base.Run(options, ImagePlatform.LinuxAmd64).Root).Op.Exec.Meta.Env);
    }

    [Fact]
    public void Run_OnTreesThatSayTheSame_HasOneInput()
    {
        var again = LlbState.Image("r.example/base", ImagePlatform.LinuxAmd64);
        var ran = s_base.Run(new ExecOptions { Args = ["x"], Mounts = [ExecMount.Bind("/m", again, readOnly: true)] }, ImagePlatform.LinuxAmd64);
        var vertex = Load(ran.Root);
        Assert.Single(vertex.Inputs);
        Assert.Equal([0, 0], vertex.Op.Exec.Mounts.Select(m => m.Input));
    }

    private static Vertex Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex;
}
