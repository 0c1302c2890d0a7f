namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>pasta(1), of the package passt: no second TCP stack, and the host's own addresses inside.</summary>
internal sealed record Pasta(string Path) : EgressProgram(Path)
{
    // Set aside by RFC 7600 to stand for no host.
    public override string Forwarder => "192.0.0.8";

    public override IReadOnlyList<string> Arguments(string networkNamespace, bool forwardNames)
    {
        // No port is passed in either direction, and the gateway does not stand for the host.
        List<string> arguments =
        [
            "--foreground", "--quiet", "--config-net", "--no-map-gw", "--no-netns-quit",
            "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none", "--pid", "/dev/stdout",
        ];
        // Once this is given, answers that a step asked of the server itself come back from the forwarder and are thrown away.
        if (forwardNames) arguments.AddRange(["--dns-forward", Forwarder]);
        return [.. arguments, "--netns", networkNamespace];
    }
}
