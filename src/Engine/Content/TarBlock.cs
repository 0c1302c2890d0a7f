namespace MsBuildKit.Engine.Content;

/// <summary>What can be told from the header block of a tar (POSIX.1-1988) without reading on.</summary>
internal static class TarBlock
{
    public const int Size = 512;

    private const int Type = 156, Length = 124, LengthDigits = 12;

    /// <summary>The header stands for other headers: pax records, or a long name of GNU's. Whoever reads the tar holds what follows it whole.</summary>
    public static bool IsMeta(ReadOnlySpan<byte> header) => header[Type] is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K';

    /// <summary>How many bytes it says that follow: octal digits, or, with the first bit set, a big-endian number. At most what leaves room for
    /// a block more.</summary>
    public static long LengthOf(ReadOnlySpan<byte> header)
    {
        var field = header.Slice(Length, LengthDigits);
        long length = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var b in field[4..]) length = (length << 8) | b;
            return Math.Min(length & long.MaxValue, long.MaxValue - Size);
        }
        return Octal(field);
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        long number = 0;
        foreach (var b in field)
            if (b is >= (byte)'0' and <= (byte)'7') number = (number << 3) | (long)(b - '0');
        return number;
    }
}
