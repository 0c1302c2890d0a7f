using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless.Platforms;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Runs steps, each in a sandbox of its own, inside a worker that is root of a user, mount and process namespace.</summary>
/// <remarks>
/// A step's life: its mount points are found in the tree, its user is looked up there, its working directory is made, its network is connected,
/// and the runtime starts it in the foreground. However it ends, nothing is left of it but what it wrote to its tree: no process, no mount, no
/// state of the runtime, no secret; its network, which nothing is in any more, goes a moment later. Steps may run at the same time, each on a
/// tree that no other changes.
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed class StepRunner(StepRunnerOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lazy<OciRuntime> _runtime = new(() => OciRuntime.Find(options.SearchPath, options.Runtime, Folder(options.Scratch, "runtime")));
    private readonly Lazy<HostLimits> _limits = new(() => new HostLimits("/proc/self/limits"));
    private readonly Lazy<string> _system = new(() => CopySystem(options.Scratch));
    private readonly Lazy<StepNetworks> _networks = new(() => new StepNetworks(Folder(options.Scratch, "networks"), options.SearchPath, time));
    private readonly CompiledFilter _filter = new();
    // Some runtimes have sockets by these names, in a network that the steps of other workers may have too.
    private readonly string _own = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private Emulators? _emulators;
    private int _steps;

    /// <summary>How steps of other platforms run.</summary>
    internal Emulators Emulators => LazyInitializer.EnsureInitialized(ref _emulators, () => new Emulators(options.SearchPath, options.Trees, options.RegistersEmulators ? Path.Combine(options.Scratch, "formats") : null, RunAsync));

    /// <summary>Runs a step to its end. Throws <see cref="WorkerException"/>: MBK2012, with a <see cref="StepFailure"/>, when the step itself
    /// failed; others when it could not be run.</summary>
    public Task<StepResult> RunAsync(StepSpec spec, IStepOutput output, CancellationToken cancellationToken) =>
        PrepareAsync(spec, step => RunAsync(spec, step, output, cancellationToken), cancellationToken);

    /// <summary>Runs a command with the worker's own input, output and error, for as long as it likes; answers its exit code. Throws
    /// <see cref="WorkerException"/> when it could not be run.</summary>
    internal Task<int> AttachAsync(StepSpec spec, CancellationToken cancellationToken) =>
        PrepareAsync(spec, step => AttachAsync(step, cancellationToken), cancellationToken);

    /// <summary>Makes everything ready that a step needs, has it run, and takes it all away again. Throws <see cref="WorkerException"/>.</summary>
    internal async Task<T> PrepareAsync<T>(StepSpec spec, Func<PreparedStep, Task<T>> run, CancellationToken cancellationToken)
    {
        Check(spec);
        var emulation = spec.Platform is null ? null : await Emulators.FindAsync(spec.Platform, cancellationToken).ConfigureAwait(false);
        var id = string.Create(CultureInfo.InvariantCulture, $"step{Interlocked.Increment(ref _steps)}-{_own}");
        if (spec.Devices.Count > 0) spec = new DeviceFiles(options.DeviceFolders).Give(spec);
        foreach (var mount in spec.Mounts) Check(mount);
        using var root = new StepTree(spec.Root);
        if (emulation is { Way: EmulationWay.Injected }) spec = EmulatedCommand.Of(spec, root, emulation.Emulator);
        using var points = MountPoints.Prepare(spec, root);
        var user = UserLookup.Find(root, spec.User);
        var directory = WorkingDirectory(spec, root);
        using var files = new StepFiles(Path.Combine(Folder(options.Scratch, "steps"), id), _system.Value, spec);
        var network = await TakeNetworkAsync(spec, files, cancellationToken).ConfigureAwait(false);
        try
        {
            if (_runtime.Value.HasOwnKernel) LetPass(options.Scratch, Path.GetDirectoryName(files.Bundle)!, files.Bundle);
            var config = PreparedStep.PrivateFile(files.Config);
            await using (config.ConfigureAwait(false)) new RuntimeSpec(spec, user, points, files, _limits.Value, _filter.Value, network?.NamespacePath).Write(config, directory);
            return await run(new PreparedStep(_runtime.Value, files, id, spec, emulation, _limits.Value)).ConfigureAwait(false);
        }
        finally
        {
            if (network is not null) _networks.Value.Release(network);
        }
    }

    /// <summary>Does once what would else be done for each step; steps need not wait for it. Without a runtime it does nothing.</summary>
    /// <returns>Whether there is something that steps have of it.</returns>
    public async Task<bool> PrepareAsync()
    {
        if (OciRuntime.TryFind(options.SearchPath.Split(':'), options.Runtime) is null) return false;
        await _filter.MakeAsync(_runtime.Value, Path.Combine(options.Scratch, "filter")).ConfigureAwait(false);
        return _filter.Value is not null;
    }

    /// <summary>Begins to connect a network for a step with one of its own, so that it need not wait for all of it.</summary>
    public void ConnectAhead() => _networks.Value.Prepare(ReadResolver(options.HostResolverBehindStub).NeedsForwarder);

    /// <summary>Waits until nothing is left of the networks of steps that ended.</summary>
    public Task SettleAsync() => _networks.IsValueCreated ? _networks.Value.SettleAsync() : Task.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _networks.IsValueCreated ? _networks.Value.DisposeAsync() : ValueTask.CompletedTask;

    private async Task<StepResult> RunAsync(StepSpec spec, PreparedStep prepared, IStepOutput output, CancellationToken cancellationToken)
    {
        var (runtime, files) = (prepared.Runtime, prepared.Files);
        using var timer = new CancellationTokenSource(spec.Limits.Time, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        using var pump = new OutputPump(output, spec, stop);
        var start = time.GetTimestamp();
        int exitCode;
        var step = new StepProcess(runtime, QuietProgram.Start(runtime.Path, runtime.Run(files.Bundle, files.Log, prepared.Id, spec)), prepared.Id, time);
        await using (step.ConfigureAwait(false))
        {
            var pumped = Task.WhenAll(pump.PumpAsync(step.Output, StepStream.Output), pump.PumpAsync(step.Error, StepStream.Error));
            exitCode = await WaitAsync(spec, step, pumped, stop.Token, timer.Token, cancellationToken).ConfigureAwait(false);
        }
        if (exitCode != 0 && OciRuntime.Complaint(files.Log) is { } complaint) throw StepErrors.Runtime(runtime.Path, complaint);
        if (spec.ValidExitCodes.Count > 0 ? !spec.ValidExitCodes.Contains(exitCode) : exitCode != 0)
            throw StepErrors.Failed(new StepFailure(spec.Args, exitCode, pump.LastLines()));
        return new StepResult(exitCode, time.GetElapsedTime(start));
    }

    private async Task<int> AttachAsync(PreparedStep prepared, CancellationToken cancellationToken)
    {
        var (runtime, files) = (prepared.Runtime, prepared.Files);
        var step = new StepProcess(runtime, QuietProgram.StartAttached(runtime.Path, runtime.Run(files.Bundle, files.Log, prepared.Id, prepared.Spec)), prepared.Id, time);
        await using (step.ConfigureAwait(false))
        {
            var exitCode = await step.WaitAsync(cancellationToken).ConfigureAwait(false);
            return exitCode != 0 && OciRuntime.Complaint(files.Log) is { } complaint ? throw StepErrors.Runtime(runtime.Path, complaint) : exitCode;
        }
    }

    private static async Task<int> WaitAsync(StepSpec spec, StepProcess step, Task pumped, CancellationToken stop, CancellationToken timer, CancellationToken cancellationToken)
    {
        try
        {
            await pumped.WaitAsync(stop).ConfigureAwait(false);
            return await step.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Reading from a pipe ends for certain only with who writes to it.
            await step.KillAsync().ConfigureAwait(false);
            await pumped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (pumped.IsFaulted) await pumped.ConfigureAwait(false);
            throw timer.IsCancellationRequested ? StepErrors.TooLong(spec) : new OperationCanceledException(stop);
        }
    }

    private async Task<StepNetwork?> TakeNetworkAsync(StepSpec spec, StepFiles files, CancellationToken cancellationToken)
    {
        var resolver = ReadResolver(spec.Network == NetMode.Host ? "" : options.HostResolverBehindStub);
        if (spec.Network != NetMode.Unset)
        {
            files.WriteResolver(spec.Network == NetMode.Host ? resolver.AsIs() : resolver.WithoutServers());
            return null;
        }
        files.WriteResolver(resolver.NeedsForwarder ? resolver.Through(_networks.Value.Program.Forwarder) : resolver.AsIs());
        var network = await _networks.Value.TakeAsync(resolver.NeedsForwarder, cancellationToken).ConfigureAwait(false);
        if (options.ConnectsAhead) ConnectAhead();
        return network;
    }

    private ResolvConf ReadResolver(string behindStub) => ResolvConf.Read(options.HostResolver, behindStub);

    private void Check(StepSpec spec)
    {
        if (spec.Network == NetMode.Host && !options.Grants.HostNetwork) throw StepErrors.NotGranted("the host's network", "network.host");
        if (spec.Security == SecurityMode.Insecure && !options.Grants.Insecure) throw StepErrors.NotGranted("a sandbox without confinement", "security.insecure");
        if (spec.Devices.Count > 0 && !options.Grants.Devices) throw StepErrors.NotGranted("devices of this machine", "device");
        CheckCommand(spec);
        if (spec.Mounts.Any(m => m is SecretFile) && new DriveInfo(options.Scratch).DriveFormat != "tmpfs")
            throw StepErrors.BadSpec($"its secrets would be written to disk, because '{options.Scratch}' is not on a tmpfs");
    }

    internal static void CheckCommand(StepSpec spec)
    {
        if (spec.Args.Count == 0) throw StepErrors.BadSpec("it has no command");
        if (!spec.WorkingDirectory.StartsWith('/')) throw StepErrors.BadSpec($"its working directory '{spec.WorkingDirectory}' is no absolute path");
        if (spec.Args.Concat(spec.Environment).Any(t => t.Contains('\0', StringComparison.Ordinal))) throw StepErrors.BadSpec("its command or environment holds a zero character");
    }

    private static void Check(StepMount mount)
    {
        if (!mount.Destination.StartsWith('/') || mount.Destination == "/" || mount.Destination.Split('/').Skip(1).Any(p => p is "" or "." or ".."))
            throw StepErrors.BadSpec($"'{mount.Destination}' is no place to mount on");
        if (mount.Destination is "/proc" or "/sys" or "/dev" || MountPoints.IsBelow(mount.Destination, ["/proc", "/sys"]))
            throw StepErrors.BadSpec($"nothing can be mounted on '{mount.Destination}', which belongs to the system");
    }

    // What is mounted there is not in the tree, and a directory of that name in the tree would only be left in the step's layer.
    internal static string WorkingDirectory(StepSpec spec, StepTree root)
    {
        var path = "/" + string.Join('/', spec.WorkingDirectory.Split('/').Where(p => p is not ("" or ".")));
        if (spec.Mounts.Any(m => m.Destination == path || MountPoints.IsBelow(path, [m.Destination]))) return path;
        // CVE-2024-21626: the descriptors of whoever starts a step would lead out of it.
        if (MountPoints.IsSystem(path)) throw StepErrors.BadPlace(path, "a step cannot start in what belongs to the system");
        var place = root.Ensure(path, isFile: false);
        return MountPoints.IsSystem(place) ? throw StepErrors.BadPlace(path, $"it leads to '{place}'") : place;
    }

    // There the step's root opens what is mounted, before it is shut in. It lists nothing, and each file has a mode of its own.
    private static void LetPass(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders) File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
    }

    private static string Folder(string scratch, string name)
    {
        var path = Path.Combine(scratch, name);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static string CopySystem(string scratch)
    {
        var path = Path.Combine(scratch, "sys");
        if (!Directory.Exists(path)) SystemFacts.Copy("/sys", path);
        return path;
    }
}
