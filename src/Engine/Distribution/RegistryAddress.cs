using System.Net;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Where a registry is spoken to.</summary>
/// <param name="Name">Host and port, as images name it.</param>
/// <param name="Secure">Its https address.</param>
/// <param name="IsLoopback">It is on this machine.</param>
/// <param name="MayBePlain">Plain HTTP, or a certificate that nobody vouches for, is good enough: nobody in between could listen, or the
/// user said so.</param>
/// <param name="Host">What the user said of it.</param>
internal sealed record RegistryAddress(string Name, Uri Secure, bool IsLoopback, bool MayBePlain, RegistryHost Host)
{
    public static RegistryAddress Of(string name, RegistryOptions options)
    {
        var secure = new Uri($"https://{(name == ImageReference.DefaultRegistry ? "registry-1.docker.io" : name)}");
        var loopback = LeadsToLoopback(secure);
        var host = options.Hosts.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? new RegistryHost();
        return new(name, secure, loopback, loopback || host.IsPlain || options.InsecureRegistries.Contains(name, StringComparer.OrdinalIgnoreCase), host);
    }

    /// <summary>Its plain HTTP address.</summary>
    public Uri Plain => new($"http://{Secure.Authority}");

    /// <summary>Plain HTTP is what is most likely spoken.</summary>
    public bool IsPlainFirst => IsLoopback || Host.IsPlain;

    private static bool LeadsToLoopback(Uri address) => address.IsLoopback || (IPAddress.TryParse(address.IdnHost, out var ip) && IPAddress.IsLoopback(ip));
}
