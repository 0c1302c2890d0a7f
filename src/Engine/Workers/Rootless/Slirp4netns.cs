namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>slirp4netns(1): a TCP stack of its own, and always a forwarder of names.</summary>
internal sealed record Slirp4netns(string Path) : EgressProgram(Path)
{
    public override string Forwarder => "10.0.2.3";

    public override IReadOnlyList<string> Arguments(string networkNamespace, bool forwardNames) =>
        ["--configure", "--mtu=65520", "--disable-host-loopback", "--enable-seccomp", "--ready-fd=1", "--netns-type=path", networkNamespace, "eth0"];
}
