namespace MsBuildKit.Tool.Build;

/// <summary>Tells archives from texts by how they begin.</summary>
internal static class ArchiveSigns
{
    private const int TarSign = 257;

    private static readonly byte[][] s_signs = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], "BZh"u8.ToArray(), [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]];

    /// <summary>Whether a file is a tar, or something packed that may hold one.</summary>
    public static async Task<bool> AreInAsync(string path, CancellationToken cancellationToken)
    {
        var file = File.OpenRead(path);
        await using var closed = file.ConfigureAwait(false);
        var start = new byte[512];
        var length = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return s_signs.Any(s => start.AsSpan(0, length).StartsWith(s)) || start.AsSpan(TarSign).StartsWith("ustar"u8);
    }
}
