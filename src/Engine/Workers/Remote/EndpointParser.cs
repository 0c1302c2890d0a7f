using System.Net;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Reads the addresses of builders, with ',' between several.</summary>
/// <param name="folder">What relative paths of certificates start from.</param>
/// <param name="fault">Hears what is wrong: what, which, what to do next.</param>
public sealed class EndpointParser(string folder, Action<string> fault)
{
    private const string Forms = "unix://, tcp://, docker-container://, podman-container://, kube-pod:// or ssh://";

    private static readonly string[] s_dial = ["buildctl", "dial-stdio"];

    /// <summary>Those that make sense, in the order they are written.</summary>
    public IReadOnlyList<BuilderEndpoint> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(ParseOne).OfType<BuilderEndpoint>().DistinctBy(e => e.Text)];

    private BuilderEndpoint? ParseOne(string text)
    {
        var split = text.IndexOf("://", StringComparison.Ordinal);
        if (split < 1 || text.Length == split + 3) return Fault($"'{text}' is no address of a builder. Write one that begins with {Forms}.");
        var (scheme, rest) = (text[..split], text[(split + 3)..]);
        var (place, query) = rest.Split('?', 2) is [var first, var second] ? (first, QueryOf(second)) : (rest, []);
        return scheme switch
        {
            "unix" => rest.StartsWith('/') ? new SocketEndpoint(text, rest) : Fault($"'{text}' is no absolute path of a socket. Write unix:///path."),
            "tcp" => ParsePort(text, place, query),
            "docker-container" or "podman-container" => ParseContainer(text, scheme[..^"-container".Length], place, query),
            "kube-pod" => ParsePod(text, place, query),
            "ssh" => ParseMachine(text),
            _ => Fault($"'{text}' is of no known kind. Write one that begins with {Forms}."),
        };
    }

    private BuilderEndpoint? ParsePort(string text, string place, Dictionary<string, string> query)
    {
        if (!Uri.TryCreate("tcp://" + place, UriKind.Absolute, out var uri) || uri.Port < 1 || uri.PathAndQuery is not ("" or "/") || uri.UserInfo.Length > 0)
            return Fault($"'{text}' has no host and port. Write tcp://HOST:PORT.");
        if (Refuse(text, query, "ca", "cert", "key", "servername")) return null;
        var endpoint = new PortEndpoint(text, uri.DnsSafeHost, uri.Port)
        {
            Authority = FileOf(query, "ca"), Certificate = FileOf(query, "cert"), Key = FileOf(query, "key"), ServerName = query.GetValueOrDefault("servername"),
        };
        if (endpoint.Certificate is null != endpoint.Key is null) return Fault($"'{text}' has a certificate or a key without the other. Give both 'cert' and 'key'.");
        if (endpoint.Authority is null && endpoint.Certificate is not null) return Fault($"'{text}' does not say who vouches for the builder. Add 'ca'.");
        return endpoint;
    }

    private BuilderEndpoint? ParseContainer(string text, string program, string name, Dictionary<string, string> query)
    {
        if (!IsName(name)) return Fault($"'{text}' names no container. Write {program}-container://NAME.");
        if (Refuse(text, query, "context")) return null;
        var context = query.TryGetValue("context", out var other) ? new[] { "--context=" + other } : [];
        return new ProgramEndpoint(text, program, [.. context, "exec", "-i", name, .. s_dial]);
    }

    private BuilderEndpoint? ParsePod(string text, string name, Dictionary<string, string> query)
    {
        if (!IsName(name)) return Fault($"'{text}' names no pod. Write kube-pod://NAME?namespace=NAMESPACE&container=NAME.");
        if (Refuse(text, query, "context", "namespace", "container")) return null;
        string[] Option(string key) => query.TryGetValue(key, out var value) ? [$"--{key}={value}"] : [];
        return new ProgramEndpoint(text, "kubectl", [.. Option("context"), .. Option("namespace"), "exec", .. Option("container"), "-i", name, "--", .. s_dial]);
    }

    private BuilderEndpoint? ParseMachine(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !IsName(uri.Host) || uri.Query.Length > 0 || uri.UserInfo.Contains(':', StringComparison.Ordinal))
            return Fault($"'{text}' names no machine, or says too much. Write ssh://USER@HOST:PORT/SOCKET; passwords and options belong into ssh's own configuration.");
        var user = uri.UserInfo.Length > 0 ? new[] { "-l", uri.UserInfo } : [];
        var port = uri.Port > 0 ? new[] { "-p", $"{uri.Port}" } : [];
        var socket = uri.AbsolutePath.Length > 1 ? new[] { "--addr", "unix://" + uri.AbsolutePath } : [];
        return new ProgramEndpoint(text, "ssh", [.. user, .. port, "--", uri.Host, s_dial[0], .. socket, s_dial[1]]);
    }

    // A program would take what begins with '-' for an option.
    private static bool IsName(string name) => name.Length > 0 && name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');

    private string? FileOf(Dictionary<string, string> query, string key) => query.TryGetValue(key, out var file) ? Path.GetFullPath(file, folder) : null;

    private bool Refuse(string text, Dictionary<string, string> query, params string[] known)
    {
        var unknown = query.Keys.Where(k => !known.Contains(k)).ToList();
        foreach (var key in unknown) Fault($"'{text}' has the unknown part '{key}'. Write {string.Join(", ", known)}.");
        return unknown.Count > 0;
    }

    private static Dictionary<string, string> QueryOf(string text)
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
            query[part.Split('=')[0]] = part.Contains('=', StringComparison.Ordinal) ? WebUtility.UrlDecode(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]) : "";
        return query;
    }

    private BuilderEndpoint? Fault(string text)
    {
        fault(text);
        return null;
    }
}
