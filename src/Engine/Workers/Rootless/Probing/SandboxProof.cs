using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless.Examination;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What the self-test found.</summary>
/// <param name="Check">All of it, as one more thing that was looked at.</param>
/// <param name="Assertions">Each thing that must hold.</param>
[SupportedOSPlatform("linux")]
public sealed record SandboxProof(HostCheck Check, IReadOnlyList<AssertionResult> Assertions)
{
    private const string Name = "self-test";

    internal static SandboxProof Of(IReadOnlyList<AssertionResult> assertions)
    {
        var text = $"of {assertions.Count} things that must hold in a step, {Count(AssertionOutcome.Holds)} hold, {Count(AssertionOutcome.Fails)} do not, {Count(AssertionOutcome.Unproven)} cannot be proven here";
        return new(assertions.Any(a => a.Outcome == AssertionOutcome.Fails)
            ? HostCheck.Bad(Name, text, "Run no steps that you do not trust here, and report this.") : HostCheck.Good(Name, text), assertions);

        int Count(AssertionOutcome outcome) => assertions.Count(a => a.Outcome == outcome);
    }

    /// <summary>The step did not run, so nothing is proven, and each thing that would be is named.</summary>
    internal static SandboxProof Without(WorkerException why) => Without(HostCheck.Bad(Name, why));

    internal static SandboxProof Without(HostCheck check) =>
        new(check with { Name = Name }, [.. SandboxProbe.Names.Select(n => new AssertionResult(n, AssertionOutcome.Unproven, check.Text))]);
}
