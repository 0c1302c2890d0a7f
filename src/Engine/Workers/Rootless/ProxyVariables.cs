using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The proxies of a step as the variables that programs look for, in both spellings.</summary>
internal static class ProxyVariables
{
    /// <summary>What is to be added to <paramref name="environment"/>: a variable that is there already stays.</summary>
    public static IEnumerable<string> Of(ProxyEnv? proxy, IEnumerable<string> environment)
    {
        if (proxy is null) return [];
        var named = environment.Select(v => v.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
        return
            from variable in (KeyValuePair<string, string>[])
            [
                new("HTTP_PROXY", proxy.HttpProxy), new("HTTPS_PROXY", proxy.HttpsProxy), new("FTP_PROXY", proxy.FtpProxy), new("NO_PROXY", proxy.NoProxy), new("ALL_PROXY", proxy.AllProxy),
            ]
            where variable.Value.Length > 0
            from name in (string[])[variable.Key, variable.Key.ToLowerInvariant()]
            where !named.Contains(name)
            select $"{name}={variable.Value}";
    }
}
