using System.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The network of one step that leads out: a namespace and the program that serves it. The host's loopback, link-local addresses and
/// metadata services cannot be reached from it; its other networks can.</summary>
internal sealed class StepNetwork : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly NetworkNamespace _namespace;
    private readonly Process _process;

    private StepNetwork(NetworkNamespace space, Process process) => (_namespace, _process) = (space, process);

    private static string LogOf(string path) => path + ".log";

    public string NamespacePath => _namespace.Path;

    /// <summary>Whether the program that serves it still runs.</summary>
    public bool IsServed => !_process.HasExited;

    /// <summary>Makes a namespace at <paramref name="path"/> and waits until it is connected; files beside that path belong to it.</summary>
    public static async Task<StepNetwork> ConnectAsync(EgressProgram program, string path, bool forwardNames, TimeProvider time, CancellationToken cancellationToken)
    {
        var space = NetworkNamespace.Create(path);
        var log = LogOf(path);
        StepNetwork? network = null;
        try
        {
            network = new StepNetwork(space, QuietProgram.Start(program.Path, program.Arguments(path, forwardNames), log));
            await network.WaitAsync(program, log, time, cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            if (network is not null) await network.DisposeAsync().ConfigureAwait(false);
            else space.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        _process.StandardOutput.Dispose();
        _process.Dispose();
        _namespace.Dispose();
        File.Delete(LogOf(_namespace.Path));
    }

    private async Task WaitAsync(EgressProgram program, string log, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            // The end of its output is the end of itself.
            var read = await _process.StandardOutput.BaseStream.ReadAsync(new byte[16], cancellationToken).AsTask().WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
            if (read == 0) throw StepErrors.NetworkFailed(program.Path, Said(log));
        }
        catch (TimeoutException e)
        {
            throw StepErrors.NetworkFailed(program.Path, $"it was not ready after {s_patience.TotalSeconds} s: {Said(log)}", e);
        }
    }

    // pasta says of each line that there is no system log to write it to.
    private static string Said(string log) => File.Exists(log)
        ? string.Join(' ', File.ReadLines(log).Where(l => l.Length > 0 && !l.Contains("syslog", StringComparison.Ordinal)))
        : "it said nothing";
}
