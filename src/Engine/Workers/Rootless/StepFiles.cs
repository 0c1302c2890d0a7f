using System.Globalization;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The files of one step on the worker's side: its bundle, what is mounted into it, and its secrets. They lie in a private folder in
/// memory and go with it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class StepFiles : IDisposable
{
    private readonly string _folder;
    private readonly string?[] _sources;
    private readonly List<string> _mounted = [];

    /// <summary>Makes the folder, which must not be there.</summary>
    public StepFiles(string folder, string system, StepSpec spec)
    {
        (_folder, System) = (folder, system);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _sources = new string?[spec.Mounts.Count];
        try
        {
            File.WriteAllText(Hosts, HostsText(spec));
            File.SetUnixFileMode(Hosts, (UnixFileMode)0b110_100_100);
            for (var i = 0; i < _sources.Length; i++) _sources[i] = Place(spec.Mounts[i], i);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Bundle => _folder;

    public string Config => Path.Combine(_folder, "config.json");

    public string Log => Path.Combine(_folder, "log.json");

    public string Hosts => Path.Combine(_folder, "hosts");

    public string Resolver => Path.Combine(_folder, "resolv.conf");

    /// <summary>What steps see as <c>/sys</c>.</summary>
    public string System { get; }

    /// <summary>What is mounted for the mount of that number; empty for what comes from nowhere.</summary>
    public string SourceOf(int mount) => _sources[mount] ?? "";

    public void WriteResolver(string text)
    {
        File.WriteAllText(Resolver, text);
        File.SetUnixFileMode(Resolver, (UnixFileMode)0b110_100_100);
    }

    public void Dispose()
    {
        foreach (var mounted in _mounted) Mounts.Detach(mounted);
        Directory.Delete(_folder, recursive: true);
    }

    private string? Place(StepMount mount, int number)
    {
        switch (mount)
        {
            case BindMount bind:
                return Restricted(bind.Source, bind.IsFile, bind.ReadOnly, number);
            case CacheDirectory cache:
                return Restricted(cache.Path, isFile: false, cache.ReadOnly, number);
            case DeviceNode device:
                return device.Source;
            case SshSocket socket:
                File.SetUnixFileMode(socket.Path, (UnixFileMode)socket.Mode);
                Mounts.Own(socket.Path, StepIds.ToWorker(socket.Uid), StepIds.ToWorker(socket.Gid));
                return socket.Path;
            case SecretFile secret:
                return PlaceSecret(secret, PathOf(number));
            default:
                return null;
        }
    }

    // Not every runtime takes rights from what is mounted writable, and none can from what the host has mounted with fewer already.
    private string Restricted(string source, bool isFile, bool readOnly, int number)
    {
        var path = PathOf(number);
        if (isFile) File.WriteAllBytes(path, []);
        else Directory.CreateDirectory(path);
        Mounts.Bind(source, path);
        _mounted.Add(path);
        Mounts.Restrict(path, readOnly);
        return path;
    }

    private string PathOf(int mount) => Path.Combine(_folder, "mount" + mount.ToString(CultureInfo.InvariantCulture));

    private static string PlaceSecret(SecretFile secret, string path)
    {
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(secret.Content.Span);
        File.SetUnixFileMode(path, (UnixFileMode)secret.Mode);
        Mounts.Own(path, StepIds.ToWorker(secret.Uid), StepIds.ToWorker(secret.Gid));
        return path;
    }

    private static string HostsText(StepSpec spec) =>
        $"127.0.0.1\tlocalhost {spec.Hostname}\n::1\tlocalhost ip6-localhost ip6-loopback\n" + string.Concat(spec.ExtraHosts.Select(h => $"{h.Address}\t{h.Name}\n"));
}
