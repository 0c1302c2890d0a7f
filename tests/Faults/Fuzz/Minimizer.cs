using System.Diagnostics;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Makes an input that breaks something as small as it goes.</summary>
internal sealed class Minimizer(Probe probe)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public byte[] Run(byte[] input, Fault fault)
    {
        var clock = Stopwatch.StartNew();
        for (var size = input.Length / 2; size > 0 && clock.Elapsed < s_patience; size /= 2)
            for (var at = 0; at + size <= input.Length && clock.Elapsed < s_patience;)
            {
                byte[] less = [.. input[..at], .. input[(at + size)..]];
                if (probe.Read(less).Fault?.Name == fault.Name) input = less;
                else at += size;
            }
        return input;
    }
}
