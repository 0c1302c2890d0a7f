using System.Globalization;
using System.Net;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>A port or a range of them as <c>EXPOSE</c> takes it: <c>[[address:]host:]port[-port][/protocol]</c>. What it says of the host
/// means nothing.</summary>
/// <param name="First">Its first port.</param>
/// <param name="Last">Its last.</param>
/// <param name="Protocol">As it is written; <c>tcp</c> where none is.</param>
internal sealed record PortRange(int First, int Last, string Protocol)
{
    private const int Highest = 65535;

    /// <summary><c>80/tcp</c> each.</summary>
    public IEnumerable<string> Keys =>
        Enumerable.Range(First, Last - First + 1).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p}/{Protocol.ToLowerInvariant()}"));

    public static PortRange Parse(string text)
    {
        var (address, host, container) = Split(text);
        var (ports, protocol) = SplitProtocol(container, text);
        var (first, last) = ParsePorts(ports, text);
        if (address.Length > 0 && !IPAddress.TryParse(address.Trim('[', ']'), out _)) throw Bad(text, $"'{address}' is not an address");
        if (host.Length > 0)
        {
            var (from, to) = ParsePorts(host, text);
            if (to - from != last - first && last != first) throw Bad(text, "the ranges of host and container differ in length");
        }
        return new PortRange(first, last, protocol);
    }

    private static (string Address, string Host, string Container) Split(string text)
    {
        var parts = text.Split(':');
        return parts.Length switch
        {
            1 => ("", "", text),
            2 => ("", parts[0], parts[1]),
            _ => (string.Join(':', parts[..^2]), parts[^2], parts[^1]),
        };
    }

    private static (string Ports, string Protocol) SplitProtocol(string container, string text)
    {
        var at = container.IndexOf('/', StringComparison.Ordinal);
        var (ports, protocol) = at < 0 ? (container, "") : (container[..at], container[(at + 1)..]);
        if (ports.Length == 0) throw Bad(text, "it names no port");
        return protocol.ToLowerInvariant() switch
        {
            "" => (ports, "tcp"),
            "tcp" or "udp" or "sctp" => (ports, protocol),
            _ => throw Bad(text, $"'{protocol}' is not tcp, udp or sctp"),
        };
    }

    private static (int First, int Last) ParsePorts(string ports, string text)
    {
        var dash = ports.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0) return (ParsePort(ports, text), ParsePort(ports, text));
        var (first, last) = (ParsePort(ports[..dash], text), ParsePort(ports[(dash + 1)..], text));
        return first <= last ? (first, last) : throw Bad(text, "the range ends before it begins");
    }

    private static int ParsePort(string port, string text) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Highest
            ? number
            : throw Bad(text, $"'{port}' is not a number from 0 to {Highest}");

    private static Fault Bad(string text, string why) =>
        new(FaultCodes.BadPort, $"'{text}' is not a port: {why}. Write a port or a range with an optional protocol, such as '8080', '8000-8010' or '53/udp'.");
}
