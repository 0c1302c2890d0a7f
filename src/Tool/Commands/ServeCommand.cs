using System.CommandLine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Configuration;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>serve</c>: BuildKit's API, for its clients, started as buildkitd is.</summary>
internal sealed class ServeCommand
{
    internal const string Name = "serve";

    private readonly Option<string[]> _address = new("--addr") { Description = "Where to listen: unix:///path or tcp://host:port. May be given several times.", HelpName = "ADDRESS" };
    private readonly Option<string?> _root = new("--root") { Description = "The same as --store.", HelpName = "DIR" };
    private readonly Option<string?> _config = new("--config") { Description = "A configuration file as buildkitd's (TOML).", HelpName = "FILE" };
    private readonly Option<string?> _group = new("--group") { Description = "The group that may use the sockets.", HelpName = "GROUP" };
    private readonly Option<string?> _certificate = new("--tlscert") { Description = "The daemon's certificate (PEM), for ports.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tlskey") { Description = "Its key (PEM).", HelpName = "FILE" };
    private readonly Option<string?> _authorities = new("--tlscacert") { Description = "Who must have signed the certificates of clients (PEM).", HelpName = "FILE" };
    private readonly Option<bool> _unprotected = new("--allow-unprotected-tcp") { Description = "Let everybody build who reaches a port of --addr." };
    private readonly Option<string[]> _entitlements = new("--allow-insecure-entitlement") { Description = "What builds may ask for: network.host, security.insecure, device. May be given several times.", HelpName = "NAME" };
    private readonly Option<bool> _noDevices = new("--cdi-disabled") { Description = "Let no step have devices." };
    private readonly Option<string[]> _deviceFolders = new("--cdi-spec-dir") { Description = "Where files describe devices (CDI). May be given several times.", HelpName = "DIR" };
    private readonly Option<string[]> _labels = new("--oci-worker-labels") { Description = "What clients are told of the worker besides.", HelpName = "KEY=VALUE" };
    private readonly Option<string[]> _platforms = new("--oci-worker-platform") { Description = "What clients are told can be built.", HelpName = "PLATFORM" };
    private readonly Option<int?> _parallelism = new("--oci-max-parallelism") { Description = "How many operations of a build run at once.", HelpName = "COUNT" };
    private readonly Option<bool?> _cleans = new("--oci-worker-gc") { Description = "Whether the daemon removes what its rules do not let stay.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _keep = new("--oci-worker-gc-keepstorage") { Description = "Keep the store this small: a size, or megabytes without a unit.", HelpName = "SIZE" };
    private readonly UnusedFlags _unused = new();

    private readonly ToolHost _host;

    private ServeCommand(ToolHost host) => _host = host;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var serve = new ServeCommand(host);
        var command = new Command(Name, "Serve BuildKit's API to buildctl, docker buildx and others, as buildkitd does, without root.")
        {
            serve._address, serve._root, serve._config, serve._group, serve._certificate, serve._key, serve._authorities, serve._unprotected, serve._entitlements, serve._labels, serve._platforms,
            serve._parallelism, serve._cleans, serve._keep, serve._noDevices, serve._deviceFolders,
        };
        serve._unused.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var (options, unused) = serve.Read(result, store.PathOf(result));
            if (unused.Count > 0) await host.Error.WriteLineAsync($"without meaning here: {string.Join(", ", unused)}").ConfigureAwait(false);
            await new DaemonServer(host, options).RunAsync(cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private (DaemonOptions Options, IReadOnlyList<string> Unused) Read(ParseResult result, string store)
    {
        var settings = new DaemonSettings();
        var reader = new SettingsReader(_host, _host.Worker.User.Id == 0);
        if (result.GetValue(_config) is { } file) reader.ReadFile(settings, Path.GetFullPath(file, _host.CurrentDirectory));
        if (result.GetValue(_address) is { Length: > 0 } addresses) settings.Addresses = [.. addresses];
        settings.Root = result.GetValue(_root) ?? settings.Root;
        settings.Group = result.GetValue(_group) ?? settings.Group;
        settings.TlsCertificate = result.GetValue(_certificate) ?? settings.TlsCertificate;
        settings.TlsKey = result.GetValue(_key) ?? settings.TlsKey;
        settings.TlsAuthorities = result.GetValue(_authorities) ?? settings.TlsAuthorities;
        settings.AllowsUnprotectedPorts = result.GetValue(_unprotected);
        settings.Entitlements.UnionWith(result.GetValue(_entitlements) ?? []);
        if (result.GetResult(_noDevices) is { Implicit: false }) settings.HasDevices = !result.GetValue(_noDevices);
        if (result.GetValue(_deviceFolders) is { Length: > 0 } folders) settings.DeviceFolders = [.. folders];
        ReadWorker(result, settings, reader);
        settings.Unused.AddRange(_unused.Given(result));
        return (reader.Finish(settings, store), settings.Unused);
    }

    private void ReadWorker(ParseResult result, DaemonSettings settings, SettingsReader reader)
    {
        foreach (var label in (result.GetValue(_labels) ?? []).SelectMany(l => l.Split(',')))
            if (label.Split('=', 2) is [{ Length: > 0 } name, var value]) settings.Labels[name] = value;
            else reader.Refuse($"'{label}' is no label: write KEY=VALUE");
        if (result.GetValue(_platforms) is { Length: > 0 } platforms) settings.Platforms = [.. platforms.SelectMany(p => p.Split(','))];
        settings.Parallelism = result.GetValue(_parallelism) ?? settings.Parallelism;
        if (result.GetResult(_cleans) is { Implicit: false }) settings.Cleans = result.GetValue(_cleans) ?? true;
        if (result.GetValue(_keep) is not { } keep) return;
        var text = keep.All(char.IsAsciiDigit) ? keep + "MB" : keep;
        if (DiskSpace.TryParse(text) is { } space) settings.Limits = settings.Limits with { MaxUsedSpace = space };
        else reader.Refuse($"'{keep}' is no size: write a number of megabytes, or a size such as 10GB or 20%");
    }
}
