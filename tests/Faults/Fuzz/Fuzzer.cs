using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Feeds one target in a process of its own, whose memory is limited and whose death is told by others. What it finds it prints,
/// one line each.</summary>
/// <remarks>Which inputs come, and in which order, the seed alone decides.</remarks>
internal sealed class Fuzzer(string name, FuzzTarget target, int seed, string folder)
{
    public const string LastInputFile = "last-input";
    private const int MostKept = 500, MostFaults = 8, LargestKept = 16 << 10;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    public int Run(long executions, TimeSpan limit)
    {
        Directory.CreateDirectory(folder);
        using var last = new LastInput(Path.Combine(folder, LastInputFile));
        var probe = new Probe(target, last);
        using var watch = new Timer(_ => EndWhenHung(probe), null, 1000, 1000);

        var seeds = Seeds.Read(name);
        var random = new Random(seed ^ (int)XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(name)));
        var mutator = new Mutator(random, [.. target.Words.Select(Encoding.UTF8.GetBytes)]);
        var kept = new List<byte[]>(seeds);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var faults = new HashSet<string>(StringComparer.Ordinal);
        var clock = Stopwatch.StartNew();
        long done = 0;
        for (; done < executions && clock.Elapsed < limit && faults.Count < MostFaults; done++)
        {
            var input = done < seeds.Count ? seeds[(int)done] : Next(kept, mutator, random);
            var (outcome, fault) = probe.Read(input);
            if (fault is not null && faults.Add(fault.Name)) Tell(fault, input, new Minimizer(probe).Run(input, fault));
            if (seen.Add(outcome) && done >= seeds.Count && input.Length <= LargestKept && kept.Count < MostKept) kept.Add(input);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done\t{done}\t{seen.Count}"));
        return 0;
    }

    private byte[] Next(List<byte[]> kept, Mutator mutator, Random random)
    {
        var input = kept[random.Next(kept.Count)];
        if (random.Next(3) == 0 && target.Reshape(input, random) is { } shaped) input = shaped;
        if (random.Next(3) > 0) input = mutator.Change(input, kept[random.Next(kept.Count)]);
        return target.Repair(input, random);
    }

    private void Tell(Fault fault, byte[] input, byte[] smallest)
    {
        var path = Path.Combine(folder, $"crash-{XxHash32.HashToUInt32(input):x8}");
        File.WriteAllBytes(path, smallest);
        File.WriteAllBytes(path + ".whole", input);
        Console.WriteLine($"fault\t{fault.Name}\t{Shorten(fault.Text)}\t{path}\t{Shorten(Printable(smallest))}");
    }

    private static void EndWhenHung(Probe probe)
    {
        if (probe.Running < s_longest) return;
        Console.WriteLine($"hang\tone input took more than {s_longest.TotalSeconds} s");
        Environment.Exit(3);
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "...";

    private static string Printable(byte[] bytes) =>
        string.Concat(bytes.Take(200).Select(b => b is >= 32 and < 127 and not (byte)'\\' ? ((char)b).ToString() : $"\\x{b:x2}"));
}
