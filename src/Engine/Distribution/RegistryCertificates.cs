using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Which certificates are believed, and which is shown.</summary>
internal static class RegistryCertificates
{
    /// <summary>For the connections of a client: what is said of a registry counts for its own name only.</summary>
    public static SslClientAuthenticationOptions Of(RegistryAddress? address) => new()
    {
        RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            errors == SslPolicyErrors.None || (address is not null && sender is SslStream stream && stream.TargetHostName == address.Secure.IdnHost && Believes(address, certificate, chain, errors)),
        LocalCertificateSelectionCallback = address is { Host.Own: { } own } ? (_, target, _, _, _) => target == address.Secure.IdnHost ? own : null! : null,
    };

    private static bool Believes(RegistryAddress address, X509Certificate? certificate, X509Chain? known, SslPolicyErrors errors)
    {
        if (address.MayBePlain || address.Host.IsUnchecked) return true;
        if (address.Host.Authorities.Count == 0 || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 shown) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(address.Host.Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (known is not null) chain.ChainPolicy.ExtraStore.AddRange(known.ChainPolicy.ExtraStore);
        return chain.Build(shown);
    }
}
