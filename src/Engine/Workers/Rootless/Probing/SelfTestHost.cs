using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless.Examination;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What a worker does that was started for the self-test alone.</summary>
[SupportedOSPlatform("linux")]
public static class SelfTestHost
{
    /// <summary>The worker's first argument.</summary>
    public const string Mode = "self-test";

    /// <summary>Runs the self-test and writes its verdict, then a line for each result.</summary>
    /// <param name="arguments">From <see cref="WorkerArguments"/>.</param>
    /// <param name="output">Gets the lines.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments, Stream output, TimeProvider time)
    {
        var told = WorkerArguments.Parse(arguments);
        var area = told.CreateArea();
        var runner = new StepRunner(told.RunnerOptions(area), time);
        var network = EgressProgram.Find(told.SearchPath) is null ? NetMode.None : NetMode.Unset;
        var writer = new StreamWriter(output);
        await using (writer.ConfigureAwait(false))
            foreach (var line in await ProveAsync(runner, area.MakeTreeFolder(), network, [area.Private, told.Store]).ConfigureAwait(false)) await writer.WriteLineAsync(line).ConfigureAwait(false);
    }

    /// <summary>The lines that a host wrote, from the other side; <c>null</c> when it ended before.</summary>
    internal static async Task<SandboxProof?> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(input);
        if (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not { } first) return null;
        var assertions = new List<AssertionResult>();
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) assertions.Add(AssertionResult.OfLine(line)!);
        return new SandboxProof(HostCheck.OfLine(first), assertions);
    }

    private static async Task<IEnumerable<string>> ProveAsync(StepRunner runner, string folder, NetMode network, IReadOnlyList<string> hostPaths)
    {
        SandboxProof proof;
        try
        {
            proof = SandboxProof.Of(await new SelfTest(runner, folder).RunAsync(network, hostPaths, CancellationToken.None).ConfigureAwait(false));
        }
        catch (WorkerException e)
        {
            proof = SandboxProof.Without(e);
        }
        return [proof.Check.ToLine(), .. proof.Assertions.Select(a => a.ToLine())];
    }
}
