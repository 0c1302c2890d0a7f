namespace MsBuildKit.Faults.Registry;

/// <summary>A request that arrived at the proxy, whole.</summary>
internal sealed record ProxiedRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The target without its query.</summary>
    public string Path => Target.Split('?')[0];

    public string Host => Headers.First(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>It is about an upload that was begun before.</summary>
    public bool IsOfAnUpload => Path.Contains("/blobs/uploads/", StringComparison.Ordinal) && !Path.EndsWith('/');

    /// <summary>Its answer has a body as a rule.</summary>
    public bool IsRead => Method == "GET" && !IsOfAnUpload;
}
