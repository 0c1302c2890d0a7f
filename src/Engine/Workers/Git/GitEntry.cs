using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>One name in the tree of a commit.</summary>
/// <param name="Mode">As git writes it: <c>100644</c>, <c>100755</c>, <c>120000</c>, <c>040000</c>, <c>160000</c>.</param>
/// <param name="Id">Of the blob, the tree, or the commit of a submodule.</param>
/// <param name="Size">Bytes of a blob, 0 for all else.</param>
/// <param name="Path">Slash-separated.</param>
internal sealed record GitEntry(string Mode, string Id, long Size, string Path)
{
    public bool IsFolder => Mode == "040000";

    public bool IsLink => Mode == "120000";

    public bool IsSubmodule => Mode == "160000";

    public bool IsProgram => Mode == "100755";

    // All else that was ever written is one of those with other bits (git's fsck.h, BAD_FILEMODE).
    public bool IsFile => Mode.StartsWith("100", StringComparison.Ordinal);

    /// <summary>Reads what <c>git ls-tree -r -t -l -z</c> writes; <c>null</c> for a name that is no UTF-8.</summary>
    public static IEnumerable<GitEntry?> Read(byte[] listing)
    {
        for (var at = 0; at < listing.Length;)
        {
            var end = Array.IndexOf(listing, (byte)0, at);
            if (end < 0) end = listing.Length;
            yield return ReadOne(listing.AsSpan(at, end - at));
            at = end + 1;
        }
    }

    private static GitEntry? ReadOne(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        var parts = Encoding.ASCII.GetString(line[..tab]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var size = long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        try
        {
            return new GitEntry(parts[0], parts[2], size, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line[(tab + 1)..]));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
