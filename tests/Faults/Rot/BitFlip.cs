namespace MsBuildKit.Faults.Rot;

/// <summary>What a failing disk does to a file: one bit is another, and neither its size nor its time tells.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bit">Counted from the file's first.</param>
internal readonly record struct BitFlip(string Path, long Bit)
{
    /// <summary>Flips any bit of a file.</summary>
    public static BitFlip Inflict(string path, Random random)
    {
        var flip = new BitFlip(path, random.NextInt64(new FileInfo(path).Length * 8));
        var (mode, time) = (File.GetUnixFileMode(path), File.GetLastWriteTimeUtc(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = flip.Bit / 8;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ (1 << (int)(flip.Bit % 8))));
        }
        File.SetUnixFileMode(path, mode);
        File.SetLastWriteTimeUtc(path, time);
        return flip;
    }

    public override string ToString() => $"bit {Bit} of '{Path}'";
}
