using System.Globalization;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Benchmarks.Layers;

/// <summary>Writing a layer, beside what one would type: tar, a digest of its output, a compressor on all cores, a digest of what
/// comes out. Turn about, so that what else the machine does falls on both.</summary>
internal static class LayerBenchmark
{
    public static async Task RunAsync(int rounds)
    {
        using var work = new WorkFolder();
        Console.Error.WriteLine("making the files");
        SampleTree.WriteManySmall(work["many"]);
        SampleTree.WriteOneLarge(work["large"]);

        var table = new MarkdownTable("layer", "ours, s", "tar and compressor, s", "ratio", "ours, cores busy", "theirs, cores busy", "ours, MB", "theirs, MB", "ours, memory above start, MB", "theirs, memory, MB");
        foreach (var (name, folder) in new[] { ("20,000 files of 10 kB", "many"), ("one file of 500 MB", "large") })
            foreach (var (compression, program) in new[] { (Compression.Gzip, "pigz -6"), (Compression.Zstd, "zstd -q -3 -T0") })
            {
                var (ours, theirs) = await CompareAsync(work, folder, compression, program, rounds);
                var said = ours.Select(m => m.Output.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToList()).ToList();
                table.Add(
                    $"{name}, {compression.ToString().ToLowerInvariant()}",
                    MarkdownTable.Seconds(Statistics.MedianSeconds(ours)),
                    MarkdownTable.Seconds(Statistics.MedianSeconds(theirs)),
                    MarkdownTable.Ratio(Statistics.PairwiseRatio(ours, theirs)),
                    MarkdownTable.Seconds(Statistics.Median(ours.Select(m => m.Cores))),
                    MarkdownTable.Seconds(Statistics.Median(theirs.Select(m => m.Cores))),
                    MarkdownTable.Megabytes(said[0][0]),
                    MarkdownTable.Megabytes(double.Parse(theirs[0].Output, CultureInfo.InvariantCulture)),
                    MarkdownTable.Megabytes(said.Max(s => s[1])),
                    MarkdownTable.Megabytes(theirs.Max(m => m.PeakBytes)));
            }
        Console.WriteLine(table);
    }

    private static async Task<(IReadOnlyList<Measurement> Ours, IReadOnlyList<Measurement> Theirs)> CompareAsync(
        WorkFolder work, string folder, Compression compression, string program, int rounds)
    {
        var (ours, theirs) = (new List<Measurement>(), new List<Measurement>());
        // The first round fills the page cache and is not counted.
        for (var round = 0; round <= rounds; round++)
        {
            var our = await OurSide(work[folder], work["store"], compression).RunAsync();
            Directory.Delete(work["store"], recursive: true);
            var their = await TheirSide(work[folder], work.Make("pipe"), program).RunAsync();
            Directory.Delete(work["pipe"], recursive: true);
            if (round == 0) continue;
            ours.Add(our);
            theirs.Add(their);
        }
        return (ours, theirs);
    }

    private static MeasuredCommand OurSide(string folder, string store, Compression compression) => new(
        Environment.ProcessPath!, ["write-layer", folder, store, compression.ToString()]) { WatchMemory = true };

    // A named pipe and not bash's >(...), which nobody would wait for.
    private static MeasuredCommand TheirSide(string folder, string place, string program) => new(
        "bash",
        ["-euo", "pipefail", "-c", $"""
            mkfifo tar.pipe blob.pipe
            sha256sum < tar.pipe > tar.digest &
            sha256sum < blob.pipe > blob.digest &
            tar --sort=name --numeric-owner -C "$0" -cf - . | tee tar.pipe | {program} | tee blob.pipe > blob
            wait
            stat -c %s blob
            """, folder])
    {
        WorkingDirectory = place,
        WatchMemory = true,
    };
}
