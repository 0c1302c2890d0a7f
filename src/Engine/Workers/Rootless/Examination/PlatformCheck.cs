using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless.Platforms;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>Which platforms steps can be for: each has run a program in a step, or has not.</summary>
[SupportedOSPlatform("linux")]
internal static class PlatformCheck
{
    /// <summary>Runs such programs with a runner of its own.</summary>
    public static async Task<HostCheck> RunAsync(StepRunnerOptions options, TimeProvider time)
    {
        var runner = new StepRunner(options, time);
        await using (runner.ConfigureAwait(false))
        {
            var ways = new List<(string Platform, string How)>();
            foreach (var processor in Processor.Foreign) ways.Add(($"linux/{processor.Architecture}", HowOf(await runner.Emulators.FindAsync(processor).ConfigureAwait(false))));
            var text = string.Join("; ", ways.GroupBy(w => w.How).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{string.Join(", ", g.Select(w => w.Platform))} {g.Key}").Prepend($"linux/{Processor.Native} natively"));
            return HostCheck.Note("platforms of steps", text) with { Remedy = RemedyOf(ways) };
        }
    }

    private static string HowOf(Emulation? emulation) => emulation?.Way switch
    {
        EmulationWay.Machine => "by an emulator of the machine",
        EmulationWay.Worker => "by an emulator that the worker registers",
        EmulationWay.Injected => "by an emulator for the first program of a step alone",
        _ => "not",
    };

    private static string? RemedyOf(IReadOnlyList<(string Platform, string How)> ways) =>
        ways.Any(w => w.How == HowOf(null)) ? "For steps of platforms that do not run here, install the package 'qemu-user-static'."
        : ways.Any(w => w.How == HowOf(new Emulation(EmulationWay.Injected))) ? "For all programs of such steps, use Linux 6.7 or newer, or as root install 'binfmt-support' and run 'update-binfmts --enable'."
        : null;
}
