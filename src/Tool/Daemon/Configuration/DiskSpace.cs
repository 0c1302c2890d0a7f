using System.Globalization;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>An amount of disk: bytes, or a part of the whole disk.</summary>
/// <param name="Bytes">Bytes; 0 with a part.</param>
/// <param name="Percent">Of the disk that the store is on.</param>
internal readonly record struct DiskSpace(long Bytes, int Percent)
{
    /// <summary>Reads a number of bytes, a size such as <c>10GB</c>, or <c>20%</c>; <c>null</c> for what is neither.</summary>
    public static DiskSpace? TryParse(object value) => value switch
    {
        long bytes when bytes >= 0 => new DiskSpace(bytes, 0),
        string text when text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 => new DiskSpace(0, percent),
        string text when text.Any(char.IsAsciiDigit) && ByteSize.TryParse(text, out var bytes) => new DiskSpace(bytes, 0),
        _ => null,
    };

    /// <summary>In bytes, of a disk of some size.</summary>
    public long Of(long disk) => Percent > 0 ? (long)((decimal)disk * Percent / 100) : Bytes;
}
