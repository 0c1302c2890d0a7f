namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>The ports an ASP.NET application will listen on, read from its environment as the .NET SDK reads it:
/// <c>ASPNETCORE_URLS</c>, else <c>ASPNETCORE_HTTP_PORTS</c> and <c>ASPNETCORE_HTTPS_PORTS</c>.</summary>
public static class PortInference
{
    /// <summary>Keys such as <c>8080/tcp</c>; entries that name no port are passed over.</summary>
    public static IEnumerable<string> FromEnvironment(IReadOnlyList<string> environment)
    {
        var urls = ImageConfigEditor.FindVariable(environment, "ASPNETCORE_URLS");
        var ports = urls is not null
            ? Split(urls).Select(PortOfUrl)
            : Split(ImageConfigEditor.FindVariable(environment, "ASPNETCORE_HTTP_PORTS"))
                .Concat(Split(ImageConfigEditor.FindVariable(environment, "ASPNETCORE_HTTPS_PORTS")))
                .Select(ParsePort);
        return ports.Where(p => p is not null).Select(p => $"{p}/tcp").Distinct();
    }

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // 'http://+:8080' and 'http://*:8080' are no URIs, so the port is what stands between the last ':' and the first '/' behind it.
    private static int? PortOfUrl(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return null;
        var authority = url[(scheme + 3)..].Split('/')[0];
        var colon = authority.LastIndexOf(':');
        if (colon > authority.LastIndexOf(']')) return ParsePort(authority[(colon + 1)..]);
        return url[..scheme].ToLowerInvariant() switch { "http" => 80, "https" => 443, _ => null };
    }

    private static int? ParsePort(string text) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, null, out var port) && port is > 0 and <= 65535 ? port : null;
}
