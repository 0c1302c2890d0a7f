using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>Makes of settings what the daemon runs with; says all that is wrong at once.</summary>
/// <param name="host">The machine.</param>
/// <param name="isRoot">Who runs the daemon.</param>
internal sealed class SettingsReader(ToolHost host, bool isRoot)
{
    private const int LeastOperations = 16, OperationsPerCore = 4;

    private readonly List<string> _faults = [];

    /// <summary>Reads a configuration file into the settings.</summary>
    public void ReadFile(DaemonSettings settings, string path)
    {
        try
        {
            foreach (var entry in ConfigFile.Read(File.ReadAllText(path), path, _faults))
                if (ConfigKeys.Apply(settings, entry) is { } fault)
                    _faults.Add($"{path}({entry.Line},{entry.Column}): {fault}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _faults.Add($"the configuration '{path}' cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Something that is wrong with the command line.</summary>
    public void Refuse(string fault) => _faults.Add(fault);

    /// <summary>The options. Throws MBK2512 with all faults, MBK2514 for a port that everybody could use.</summary>
    /// <param name="settings">What was said.</param>
    /// <param name="store">The root of the store where nothing else is said.</param>
    public DaemonOptions Finish(DaemonSettings settings, string store)
    {
        var places = Places(settings);
        foreach (var unknown in settings.Entitlements.Where(e => !Builds.Entitlements.IsKnown(e)))
            _faults.Add($"'{unknown}' is no entitlement: there are network.host, security.insecure and device");
        var certificates = Certificates(settings);
        var platforms = settings.Platforms.Select(ReadPlatform).OfType<Platform>().ToList();
        var registries = settings.Registries.Select(r => (r.Key, Host: ReadRegistry(r.Key, r.Value))).ToDictionary(r => r.Key, r => r.Host, StringComparer.Ordinal);
        var provenance = settings.ProvenanceFolder is { } folder ? ProvenanceFolder.Read(At(folder), _faults) : [];
        if (_faults.Count > 0)
            throw new DaemonException(DaemonException.BadConfiguration, ErrorKind.Invalid, $"The daemon cannot start: {string.Join("; ", _faults)}.");
        if (certificates is not { Authorities.Count: > 0 } && !settings.AllowsUnprotectedPorts && places.FirstOrDefault(ListenAddress.IsOpen) is { } open)
            throw new DaemonException(DaemonException.OpenPort, ErrorKind.FailedPrecondition,
                $"Everybody who reaches '{ListenAddress.Text(open)}' could build on this machine: give --tlscert, --tlskey and --tlscacert, or say --allow-unprotected-tcp where something else guards the port.");
        return new DaemonOptions
        {
            Store = settings.Root is { } root ? Path.GetFullPath(root, host.CurrentDirectory) : store,
            Listen = places,
            Group = settings.Group, GroupId = settings.GroupId, UserId = settings.UserId,
            Entitlements = settings.Entitlements,
            Certificates = certificates,
            Parallelism = host.Cores,
            OperationsAtOnce = settings.Parallelism is > 0 and var most ? most : Math.Max(LeastOperations, OperationsPerCore * host.Cores),
            MostAtOnce = settings.Parallelism is > 0 and var all ? all : null,
            Labels = settings.Labels,
            Platforms = platforms,
            Rules = Rules(settings),
            HistoryAge = settings.HistoryAge,
            HistoryEntries = settings.HistoryEntries,
            Provenance = provenance,
            HasDockerfileFrontend = settings.HasDockerfileFrontend,
            HasGatewayFrontend = settings.HasGatewayFrontend,
            Registries = registries,
        };
    }

    private List<EndPoint> Places(DaemonSettings settings)
    {
        var places = new List<EndPoint>();
        foreach (var text in settings.Addresses is { Count: > 0 } named ? named : [ListenAddress.Default(isRoot, host.Environment)])
            if (ListenAddress.TryParse(text, host.CurrentDirectory) is { } place) places.Add(place);
            else _faults.Add($"'{text}' is no address: write unix:///path or tcp://host:port, the host as a number");
        return places;
    }

    private DaemonCertificates? Certificates(DaemonSettings settings)
    {
        if (settings is { TlsCertificate: null, TlsKey: null, TlsAuthorities: null }) return null;
        if (settings is not { TlsCertificate: { } certificate, TlsKey: { } key })
        {
            _faults.Add("TLS needs both a certificate and its key: give --tlscert and --tlskey");
            return null;
        }
        try
        {
            var authorities = new X509Certificate2Collection();
            if (settings.TlsAuthorities is { } file) authorities.ImportFromPemFile(At(file));
            return new DaemonCertificates(X509Certificate2.CreateFromPemFile(At(certificate), At(key)), authorities);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _faults.Add($"the certificates of TLS cannot be read: {e.Message.TrimEnd('.')}");
            return null;
        }
    }

    private RegistryHost ReadRegistry(string name, RegistrySetting setting)
    {
        try
        {
            return setting.Read(host.CurrentDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _faults.Add($"the certificates of the registry '{name}' cannot be read: {e.Message.TrimEnd('.')}");
            return new RegistryHost();
        }
    }

    private string At(string path) => Path.GetFullPath(path, host.CurrentDirectory);

    private Platform? ReadPlatform(string text)
    {
        try
        {
            return Platform.Parse(text);
        }
        catch (BuildException e)
        {
            _faults.Add(e.Message.TrimEnd('.'));
            return null;
        }
    }

    private static IReadOnlyList<CleaningRule> Rules(DaemonSettings settings)
    {
        if (settings.Cleans == false) return [];
        if (settings.Rules.Count > 0) return [.. settings.Rules.Values];
        return settings.Limits == new CleaningRule() ? [] : [settings.Limits with { All = true }];
    }
}
