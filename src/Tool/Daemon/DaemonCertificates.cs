using System.Security.Cryptography.X509Certificates;

namespace MsBuildKit.Tool.Daemon;

/// <summary>TLS of the daemon's ports.</summary>
/// <param name="Own">With its key.</param>
/// <param name="Authorities">Who must have signed the certificates of clients; empty when clients need none.</param>
internal sealed record DaemonCertificates(X509Certificate2 Own, X509Certificate2Collection Authorities);
