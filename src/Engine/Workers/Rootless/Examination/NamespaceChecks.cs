using System.Globalization;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>Starts a worker as a build does, and has it look around where steps would run.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NamespaceChecks(WorkerProgram program, string store, TimeProvider time)
{
    private const string Name = "worker";

    public async Task<IReadOnlyList<HostCheck>> RunAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        try
        {
            var process = await NamespaceProcess.StartAsync(program, [WorkerCheck.Mode, .. WorkerArguments.Of(program, store).ToList()], cancellationToken).ConfigureAwait(false);
            await using (process.ConfigureAwait(false)) return await ReadAsync(process, start, cancellationToken).ConfigureAwait(false);
        }
        catch (WorkerException e)
        {
            return [HostCheck.Bad(Name, e)];
        }
    }

    private async Task<IReadOnlyList<HostCheck>> ReadAsync(NamespaceProcess process, long start, CancellationToken cancellationToken)
    {
        var checks = new List<HostCheck>();
        using var reader = new StreamReader(process.Output);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (checks.Count == 0) checks.Add(HostCheck.Good(Name, $"starts in namespaces of its own in {time.GetElapsedTime(start).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms"));
            checks.Add(HostCheck.OfLine(line));
        }
        var code = await process.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (code == 0 && checks.Count > 0) return checks;
        return [.. checks, HostCheck.Bad(Name, $"it ends with {code}: {process.Errors.ReplaceLineEndings(" ")}",
            "Check that .NET runs for this user, and that nothing forbids mounts, as in a container without --security-opt seccomp=unconfined.")];
    }
}
