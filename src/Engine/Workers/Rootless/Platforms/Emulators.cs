using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>Finds how steps of other platforms run here, and sets it up. Nothing counts but a program of the platform that did run in a step.</summary>
/// <param name="searchPath">Where emulators are looked for.</param>
/// <param name="folder">An empty folder that every id can get to.</param>
/// <param name="hidden">A folder that no step sees, to be made; <c>null</c> registers nothing.</param>
/// <param name="run">Runs a step of this machine's platform.</param>
[SupportedOSPlatform("linux")]
internal sealed class Emulators(string searchPath, string folder, string? hidden, Func<StepSpec, IStepOutput, CancellationToken, Task<StepResult>> run)
{
    private const string Program = "/program";

    // Its own name counts.
    private static readonly string[] s_arguments = [Program, "one", "two"];

    private readonly ConcurrentDictionary<string, Lazy<Task<Emulation?>>> _ways = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);
    private BinaryFormats? _formats;
    private bool _hasTriedFormats;
    private int _trials;

    /// <summary>How steps of a platform run; <c>null</c> without an emulator. Throws MBK2031 when they do not.</summary>
    public async Task<Emulation?> FindAsync(Platform platform, CancellationToken cancellationToken)
    {
        platform = platform.Normalize();
        if (platform.Os != "linux") throw StepErrors.OtherSystem(platform);
        if (platform.Architecture == Processor.Native) return null;
        var processor = Processor.Find(platform.Architecture) ?? throw StepErrors.UnknownProcessor(platform);
        return await FindAsync(processor).WaitAsync(cancellationToken).ConfigureAwait(false) ?? throw StepErrors.NoEmulator(platform, processor, searchPath);
    }

    /// <summary>How programs of a processor run; <c>null</c> when they do not.</summary>
    public Task<Emulation?> FindAsync(Processor processor) => _ways.GetOrAdd(processor.Architecture, _ => new Lazy<Task<Emulation?>>(() => Task.Run(() => TryWaysAsync(processor)))).Value;

    private async Task<Emulation?> TryWaysAsync(Processor processor)
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (await RunsAsync(processor, null).ConfigureAwait(false)) return new Emulation(_formats is null ? EmulationWay.Machine : EmulationWay.Worker);
            if (EmulatorProgram.Find(searchPath, processor) is not { } emulator) return null;
            if (await MountFormatsAsync().ConfigureAwait(false) is { } formats && formats.TryRegister(processor, emulator) && await RunsAsync(processor, null).ConfigureAwait(false))
                return new Emulation(EmulationWay.Worker, emulator);
            var injected = new Emulation(EmulationWay.Injected, emulator);
            return await RunsAsync(processor, injected).ConfigureAwait(false) ? injected : null;
        }
        finally
        {
            _one.Release();
        }
    }

    // What the machine emulates would be lost, so where it does that, it is left to it.
    private async Task<BinaryFormats?> MountFormatsAsync()
    {
        if (_hasTriedFormats || hidden is null) return _formats;
        _hasTriedFormats = true;
        foreach (var processor in Processor.Foreign)
            if (Starts(processor) && await RunsAsync(processor, null).ConfigureAwait(false)) return null;
        Directory.CreateDirectory(hidden);
        return _formats = BinaryFormats.TryMount(hidden);
    }

    // Outside of a step, which is soon asked: the kernel itself refuses what it has no emulator for.
    private bool Starts(Processor processor)
    {
        try
        {
            using var process = QuietProgram.StartAlone(Path.Combine(MakeTree(processor), Program[1..]));
            process.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private async Task<bool> RunsAsync(Processor processor, Emulation? injected)
    {
        var spec = new StepSpec { Root = MakeTree(processor), Args = s_arguments, Network = NetMode.None, ReadOnlyRoot = true, ValidExitCodes = [s_arguments.Length] };
        try
        {
            using var root = new StepTree(spec.Root);
            if (injected is not null) spec = EmulatedCommand.Of(spec, root, injected.Emulator);
            await run(spec, new Unheard(), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is WorkerException or SnapshotException)
        {
            return false;
        }
    }

    private string MakeTree(Processor processor)
    {
        var path = Path.Combine(folder, (_trials++).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        var file = Path.Combine(path, Program[1..]);
        File.WriteAllBytes(file, TinyProgram.Of(processor));
        File.SetUnixFileMode(file, (UnixFileMode)0b101_101_101);
        using var tree = new StepTree(path);
        foreach (var point in MountPoints.Needed(new StepSpec { Root = path, Args = [] })) tree.Ensure(point.Path, point.IsFile);
        return path;
    }

    private sealed class Unheard : IStepOutput
    {
        public ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
