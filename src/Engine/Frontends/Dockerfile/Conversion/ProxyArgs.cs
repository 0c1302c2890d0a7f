using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>The arguments that name proxies, in upper or lower case.</summary>
internal static class ProxyArgs
{
    /// <summary>The proxies, or <c>null</c> when no argument names one.</summary>
    public static ProxyEnv? Find(IReadOnlyDictionary<string, string> args)
    {
        var proxy = new ProxyEnv();
        var isFound = false;
        foreach (var (name, value) in args.OrderBy(a => a.Key, StringComparer.Ordinal)) isFound |= Set(proxy, name.ToLowerInvariant(), value);
        return isFound ? proxy : null;
    }

    private static bool Set(ProxyEnv proxy, string name, string value)
    {
        switch (name)
        {
            case "http_proxy": proxy.HttpProxy = value; return true;
            case "https_proxy": proxy.HttpsProxy = value; return true;
            case "ftp_proxy": proxy.FtpProxy = value; return true;
            case "no_proxy": proxy.NoProxy = value; return true;
            case "all_proxy": proxy.AllProxy = value; return true;
            default: return false;
        }
    }
}
