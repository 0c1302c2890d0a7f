using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>A program that looks at its sandbox from inside and tries what has been a way out before: one line for each thing that must hold.</summary>
[SupportedOSPlatform("linux")]
public static class SandboxProbe
{
    /// <summary>The worker's first argument.</summary>
    public const string Mode = "probe";

    internal const string Call32 = "call-32", CallX32 = "call-x32";

    /// <summary>The names of all that is tried.</summary>
    internal static IReadOnlyList<string> Names => [.. Claims(new ProbeTask([], 0, "", [])).Select(c => c.Name)];

    /// <summary>Tries everything. Answers the exit code.</summary>
    /// <param name="arguments">From the self-test.</param>
    /// <param name="output">Gets the lines.</param>
    public static int Run(IReadOnlyList<string> arguments, Stream output)
    {
        if (arguments is [Call32]) return ForeignCall.Try(ProbeCalls.Call32);
        if (arguments is [CallX32]) return ForeignCall.Try(ProbeCalls.CallX32);
        using var writer = new StreamWriter(output) { AutoFlush = true };
        foreach (var claim in Claims(ProbeTask.Parse(arguments))) writer.WriteLine(claim.Try().ToLine());
        return 0;
    }

    private static IEnumerable<Claim> Claims(ProbeTask task) =>
        [.. new SurroundingsClaims(task).All(), .. FileClaims.All(), .. CallClaims.All(), .. new NetworkClaims(task).All(), .. new IdentityClaims(task).All()];
}
