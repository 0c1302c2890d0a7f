using System.Security.Cryptography.X509Certificates;
using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>How a registry is reached (<c>registry."host"</c>), as a configuration says it.</summary>
internal sealed record RegistrySetting
{
    /// <summary>Who is asked before it.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>It speaks plain HTTP.</summary>
    public bool Http { get; init; }

    /// <summary>Nobody looks at its certificate.</summary>
    public bool Insecure { get; init; }

    /// <summary>Files of those who may have signed its certificate.</summary>
    public IReadOnlyList<string> Authorities { get; init; } = [];

    /// <summary>The file of the certificate that it is shown.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file of its key.</summary>
    public string? Key { get; init; }

    /// <summary>Reads the files.</summary>
    public RegistryHost Read(string folder)
    {
        var authorities = new X509Certificate2Collection();
        foreach (var file in Authorities) authorities.ImportFromPemFile(Path.GetFullPath(file, folder));
        return new RegistryHost
        {
            Mirrors = Mirrors, IsPlain = Http, IsUnchecked = Insecure, Authorities = authorities,
            Own = Certificate is null ? null : X509Certificate2.CreateFromPemFile(Path.GetFullPath(Certificate, folder), Path.GetFullPath(Key ?? Certificate, folder)),
        };
    }
}
