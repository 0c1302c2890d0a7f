using System.Runtime.Versioning;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless.Examination;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Has a worker run a step that tries to get out, and says what it found.</summary>
/// <param name="program">The worker as a build would start it.</param>
/// <param name="store">The absolute path of the store.</param>
[SupportedOSPlatform("linux")]
public sealed class SandboxExamination(WorkerProgram program, string store)
{
    /// <summary>Where no step can run, nothing is proven, and each thing that would be is named with the reason.</summary>
    /// <param name="checks">What was found of this machine before.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    public async Task<SandboxProof> RunAsync(IReadOnlyList<HostCheck> checks, CancellationToken cancellationToken)
    {
        if (checks.FirstOrDefault(c => c.Outcome == CheckOutcome.Bad) is { } obstacle) return SandboxProof.Without(HostCheck.Note("", $"no step can run here: {obstacle.Name}: {obstacle.Text}"));
        try
        {
            var process = await NamespaceProcess.StartAsync(program, [SelfTestHost.Mode, .. WorkerArguments.Of(program, store).ToList()], cancellationToken).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
                return await SelfTestHost.ReadAsync(process.Output, cancellationToken).ConfigureAwait(false) ?? throw new WorkerException(
                    WorkerException.WorkerEnded, ErrorKind.Unavailable, $"The worker ended with {await process.WaitAsync(cancellationToken).ConfigureAwait(false)} before its step did: {process.Errors.ReplaceLineEndings(" ")}.");
        }
        catch (WorkerException e)
        {
            return SandboxProof.Without(e);
        }
    }
}
