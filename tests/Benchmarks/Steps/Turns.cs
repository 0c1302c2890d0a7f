using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>Runs several sides turn about.</summary>
internal static class Turns
{
    /// <summary>The runs of each side, in their order; the first round is not counted.</summary>
    /// <param name="rounds">How often each side is run.</param>
    /// <param name="sides">What makes the command of a side; called before each of its runs, with a number that no other run has.</param>
    public static async Task<IReadOnlyList<IReadOnlyList<Measurement>>> RunAsync(int rounds, params IReadOnlyList<Func<int, Task<MeasuredCommand>>> sides)
    {
        var runs = sides.Select(_ => new List<Measurement>()).ToList();
        for (var round = 0; round <= rounds; round++)
            for (var turn = 0; turn < sides.Count; turn++)
            {
                var who = (round + turn) % sides.Count;
                var command = await sides[who](NextNumber());
                // What one side left to be written is not for the next one to wait for.
                await new MeasuredCommand("sync", []).RunAsync();
                var run = await command.RunAsync();
                if (round > 0) runs[who].Add(run);
            }
        return runs;
    }

    // Steps that ran in another process of this benchmark are no hits either.
    private static int NextNumber() => Random.Shared.Next();
}
