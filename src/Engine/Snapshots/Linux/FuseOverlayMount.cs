using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A tree that a process of <c>fuse-overlayfs</c> shows; the process ends with the mount.</summary>
/// <remarks>It is started in the caller's process namespace, so it dies with a worker however that dies. Directories are named by the caller's
/// handles: no character in their paths means anything then. Throws MBK1508.</remarks>
internal sealed class FuseOverlayMount : ITreeMount
{
    private const string Device = "/dev/fuse";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly MountPlace _place;
    private bool _isEnded;

    private FuseOverlayMount(string target, Process process) => (_place, _process) = (new MountPlace(target), process);

    /// <inheritdoc />
    public string Target => _place.Target;

    /// <summary>Mounts a tree that is not written to.</summary>
    public static FuseOverlayMount ReadOnly(string program, string target, IReadOnlyList<string> lowers) => Mount(program, target, lowers, null, null);

    /// <summary>Mounts a tree that is written to.</summary>
    public static FuseOverlayMount Writable(string program, string target, IReadOnlyList<string> lowers, string upper, string work) => Mount(program, target, lowers, upper, work);

    /// <inheritdoc />
    public void Unmount()
    {
        // Its kernel side holds back what was written until it is told, or until nobody has the mount any more.
        if (_place.IsMounted) Posix.TrySyncFileSystem(Target);
        _place.Unmount();
        End();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _place.Dispose();
        End();
    }

    private static FuseOverlayMount Mount(string program, string target, IReadOnlyList<string> lowers, string? upper, string? work)
    {
        if (!Path.IsPathFullyQualified(program)) throw new ArgumentException($"'{program}' is no full path", nameof(program));
        CheckDevice();
        using var handles = new MountHandles($"/proc/{Environment.ProcessId}/fd/");
        var options = "lowerdir=" + string.Join(':', lowers.Select(handles.Open));
        options += upper is null || work is null ? ",ro" : $",upperdir={handles.Open(upper)},workdir={handles.Open(work)}";
        var before = DeviceOf(target);
        var start = new ProcessStartInfo(program, ["-f", "-o", options, target]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        var process = Process.Start(start) ?? throw Fault($"'{program}' does not start");
        process.StandardInput.Close();
        var mount = new FuseOverlayMount(target, process);
        try
        {
            var clock = Stopwatch.StartNew();
            while (DeviceOf(target) == before)
            {
                if (process.HasExited) throw Fault($"'{program}' ends with {process.ExitCode}: {PlainText.Of(process.StandardError.ReadToEnd().Trim().ReplaceLineEndings("; "))}");
                if (clock.Elapsed > s_patience) throw Fault($"'{program}' mounts nothing at '{target}' within {s_patience.TotalSeconds:0} seconds");
                Thread.Sleep(1);
            }
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    private void End()
    {
        if (_isEnded) return;
        _isEnded = true;
        // It ends by itself when its mount does, after it has written everything.
        if (!_process.WaitForExit(s_patience)) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static ulong? DeviceOf(string path) => Kernel.Status(Kernel.CurrentDirectory, path, out var status) == 0 ? status.Device : null;

    private static void CheckDevice()
    {
        if (!File.Exists(Device)) throw Fault($"'{Device}' is not there", "As root, run 'modprobe fuse'; give it to a container with --device /dev/fuse");
        try
        {
            File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault($"'{Device}' cannot be opened", $"As root, run 'chmod 666 {Device}', as udev would have it");
        }
    }

    private static SnapshotException Fault(string what, string remedy = "Look at what the program says, or set ContainerSnapshotter to native") =>
        new(SnapshotException.CannotMount, ErrorKind.FailedPrecondition, $"A tree cannot be mounted with fuse-overlayfs: {what}. {remedy}.");
}
