namespace MsBuildKit.Faults.DiskFull;

/// <summary>Fills a disk but for so many bytes, or so many files.</summary>
internal sealed record Ballast(bool Bytes)
{
    private const int Chunk = 4096;

    public string Text(int left) => Bytes ? $"{left} bytes left" : $"{left} inodes left";

    /// <summary>Fills the disk of a folder, which is the ballast's own.</summary>
    public void Fill(string folder, int left)
    {
        Directory.CreateDirectory(folder);
        if (Bytes) FillBytes(Path.Combine(folder, "ballast"), left);
        else FillFiles(folder, left);
    }

    private static void FillBytes(string path, int left)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        try
        {
            var zeros = new byte[Chunk];
            while (true) file.Write(zeros);
        }
        catch (IOException)
        {
            file.SetLength(Math.Max(0, file.Length - left));
        }
        file.Flush(flushToDisk: true);
    }

    private static void FillFiles(string folder, int left)
    {
        var count = 0;
        try
        {
            for (; ; count++) File.Create(Path.Combine(folder, $"{count}")).Dispose();
        }
        catch (IOException)
        {
            for (var i = 0; i < Math.Min(left, count); i++) File.Delete(Path.Combine(folder, $"{i}"));
        }
    }
}
