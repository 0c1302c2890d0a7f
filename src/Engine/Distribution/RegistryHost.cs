using System.Security.Cryptography.X509Certificates;

namespace MsBuildKit.Engine.Distribution;

/// <summary>What somebody who runs builds says of a registry.</summary>
public sealed record RegistryHost
{
    /// <summary>Hosts that are asked first, in order, each with the folder of its repositories when it has one (<c>mirror.example/hub</c>). The registry itself is asked
    /// when none has what is looked for. Nothing is pushed to them, and they are shown their own credentials only.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>It speaks plain HTTP.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Any certificate is good enough.</summary>
    public bool IsUnchecked { get; init; }

    /// <summary>Who may have signed its certificate, besides those whom the machine trusts.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>What it is shown when it asks who connects; <c>null</c> for nothing.</summary>
    public X509Certificate2? Own { get; init; }
}
