using System.Security.Cryptography.X509Certificates;

namespace MsBuildKit.Tool.Daemon;

/// <summary>Whom the daemon believes.</summary>
internal static class ClientCertificates
{
    /// <summary>Whether one of the authorities vouches for a certificate.</summary>
    public static bool AreSignedBy(X509Certificate2Collection authorities, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
