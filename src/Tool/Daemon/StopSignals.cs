using System.Runtime.InteropServices;

namespace MsBuildKit.Tool.Daemon;

/// <summary>The signals that end the daemon: the first asks it to stop, a second one to do so at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _end = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public StopSignals() => _registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT }.Select(s => PosixSignalRegistration.Create(s, Take))];

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken End => _end.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
        _end.Dispose();
    }

    private void Take(PosixSignalContext signal)
    {
        signal.Cancel = true;
        (_stop.IsCancellationRequested ? _end : _stop).Cancel();
    }
}
