using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A step's <c>/etc/resolv.conf</c>: the host's, with servers that a step cannot reach replaced (BuildKit's rules, and link-local
/// servers too, because a step reaches none).</summary>
internal sealed class ResolvConf
{
    private static readonly string[] s_stub = ["127.0.0.53"];
    private readonly List<string> _servers = [];
    private readonly List<string> _others = [];

    private ResolvConf(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is '#' or ';') continue;
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var server, ..]) _servers.Add(server);
            else _others.Add(line);
        }
    }

    /// <summary>Whether a step with a network of its own needs a forwarder, since one of the servers is out of its reach (or there is none).</summary>
    public bool NeedsForwarder => _servers.Count == 0 || _servers.Any(s => !IsReachable(s));

    /// <summary>Reads the host's; where that names systemd's stub, what the stub asks.</summary>
    public static ResolvConf Read(string path, string behindStub)
    {
        var conf = new ResolvConf(File.Exists(path) ? File.ReadAllText(path) : "");
        return conf._servers.SequenceEqual(s_stub) && File.Exists(behindStub) ? new ResolvConf(File.ReadAllText(behindStub)) : conf;
    }

    /// <summary>The file for a step whose questions all go to <paramref name="server"/>.</summary>
    public string Through(string server) => Text([server]);

    /// <summary>The file for a step that reaches what the host reaches.</summary>
    public string AsIs() => Text(_servers);

    /// <summary>The file for a step without network.</summary>
    public string WithoutServers() => Text([]);

    private string Text(IEnumerable<string> servers) => string.Concat(servers.Select(s => $"nameserver {s}\n").Concat(_others.Select(o => o + "\n")));

    private static bool IsReachable(string server)
    {
        if (!IPAddress.TryParse(server, out var address)) return false;
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal) return false;
        return address.AddressFamily != AddressFamily.InterNetwork || address.GetAddressBytes() is not [169, 254, ..];
    }
}
