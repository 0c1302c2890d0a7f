using System.Globalization;
using System.Net;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads what steps run with: hosts, limits, memory, network.</summary>
internal sealed class StepOptionParser(OptionFaults faults)
{
    private static readonly string[] s_limits =
        ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <summary><c>--add-host</c>.</summary>
    public IEnumerable<KeyValuePair<string, string>> ParseHosts(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? equals : text.IndexOf(':', StringComparison.Ordinal);
            var address = at < 0 ? "" : text[(at + 1)..].Trim('[', ']');
            if (address == "host-gateway") faults.Add("--add-host", $"'{text}' asks for the host's own address, which steps cannot reach. Write an address.");
            else if (at <= 0 || !IPAddress.TryParse(address, out _)) faults.Add("--add-host", $"'{text}' is no host with an address. Write HOST:ADDRESS, such as db:10.0.0.5.");
            else yield return new(text[..at], address);
        }
    }

    /// <summary><c>--ulimit</c>, whatever the caller calls it.</summary>
    public IEnumerable<Ulimit> ParseLimits(IEnumerable<string> texts, string option = "--ulimit")
    {
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            var values = parts.Length == 2 ? parts[1].Split(':') : [];
            if (!s_limits.Contains(parts[0])) faults.Add(option, $"'{text}' is for '{parts[0]}', which is no limit{NearestName.Suggest(parts[0], s_limits)}. Choose one of {string.Join(", ", s_limits)}.");
            else if (values.Length is not (1 or 2) || !TryLimit(values[0], out var soft) || !TryLimit(values[^1], out var hard))
                faults.Add(option, $"'{text}' has no number. Write {parts[0]}=SOFT or {parts[0]}=SOFT:HARD; -1 is no limit.");
            else if (hard != -1 && (soft == -1 || soft > hard)) faults.Add(option, $"'{text}' has a soft limit above the hard one. Write the lower one first.");
            else yield return new Ulimit { Name = parts[0], Soft = soft, Hard = hard };
        }
    }

    /// <summary><c>--shm-size</c>, in bytes; 0 leaves it to the worker.</summary>
    public long ParseMemory(string? text)
    {
        if (text is null) return 0;
        if (ByteCount.Parse(text) is > 0 and var bytes) return bytes;
        faults.Add("--shm-size", $"'{text}' is no size. Write a number of bytes, or one with k, m or g, such as 64m.");
        return 0;
    }

    /// <summary><c>--network</c>, with what <c>--allow</c> grants.</summary>
    public NetMode ParseNetwork(string? text, SubmittedGrants grants)
    {
        switch (text)
        {
            case null or "default": return NetMode.Unset;
            case "none": return NetMode.None;
            case "host" when grants.HostNetwork: return NetMode.Host;
            case "host":
                faults.Add("--network", "'host' gives steps this machine's own network. Add --allow network.host if they may have it.");
                return NetMode.Unset;
            default:
                faults.Add("--network", $"'{text}' is no network of steps. Choose default, none or host.");
                return NetMode.Unset;
        }
    }

    /// <summary><c>--allow</c>.</summary>
    public SubmittedGrants ParseGrants(IEnumerable<string> texts)
    {
        var granted = new SubmittedGrants();
        foreach (var text in texts.SelectMany(t => t.Split(',')))
            if (text == "network.host") granted = granted with { HostNetwork = true };
            else if (text == "security.insecure") granted = granted with { Insecure = true };
            else if (text == "device") granted = granted with { Devices = true };
            else faults.Add("--allow", $"'{text}' is nothing that can be allowed{NearestName.Suggest(text, ["network.host", "security.insecure", "device"])}. Choose network.host, security.insecure or device.");
        return granted;
    }

    private static bool TryLimit(string text, out long limit) =>
        long.TryParse(text == "unlimited" ? "-1" : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out limit) && limit >= -1;
}
