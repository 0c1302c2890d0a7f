using SharpCompress.Common;
using ZstdSharp;

namespace MsBuildKit.Engine.Content;

/// <summary>What the readers of archives throw for bytes that make no sense.</summary>
internal static class BrokenArchive
{
    /// <summary>True for a fault of the bytes, false for one of the machine or of ours.</summary>
    /// <remarks>What a format allows and a reader lacks is not supported to some and not implemented to others (SharpCompress).</remarks>
    public static bool Is(Exception e) => e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException
        or OverflowException or NotSupportedException or NotImplementedException or IndexOutOfRangeException or ZstdException or SharpCompressException
        // So the tar reader calls a header that claims more than an array can hold.
        or InvalidOperationException { Source: "System.Formats.Tar" };
}
