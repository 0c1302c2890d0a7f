namespace MsBuildKit.Benchmarks.Layers;

/// <summary>Makes the files that layers are written of, the same every time: half of each block is noise, the other half compresses
/// away.</summary>
internal static class SampleTree
{
    private const int Block = 1024, Copy = 1 << 20;

    /// <summary>20,000 files of 10 kB in 200 folders.</summary>
    public static void WriteManySmall(string directory)
    {
        var random = new Random(1);
        var content = new byte[10_000];
        for (var i = 0; i < 20_000; i++)
        {
            if (i % 100 == 0) Directory.CreateDirectory(Path.Combine(directory, $"d{i / 100:000}"));
            Fill(content, random);
            File.WriteAllBytes(Path.Combine(directory, $"d{i / 100:000}", $"f{i % 100:00}.bin"), content);
        }
    }

    /// <summary>One file of 500 MB.</summary>
    public static void WriteOneLarge(string directory)
    {
        var random = new Random(2);
        var content = new byte[Copy];
        using var file = File.Create(Path.Combine(Directory.CreateDirectory(directory).FullName, "large.bin"));
        for (long left = 500_000_000; left > 0; left -= content.Length)
        {
            Fill(content, random);
            file.Write(content, 0, (int)Math.Min(left, content.Length));
        }
    }

    private static void Fill(byte[] content, Random random)
    {
        for (var at = 0; at < content.Length; at += Block)
        {
            var block = content.AsSpan(at, Math.Min(Block, content.Length - at));
            random.NextBytes(block[..(block.Length / 2)]);
            for (var i = block.Length / 2; i < block.Length; i++) block[i] = (byte)('a' + i % 16);
        }
    }
}
