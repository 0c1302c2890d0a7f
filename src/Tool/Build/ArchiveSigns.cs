namespace MsBuildKit.Tool.Build;

/// <summary>Tells archives from texts by how they begin.</summary>
internal static class ArchiveSigns
{
    /// <summary>How much of the beginning tells.</summary>
    public const int Length = 512;

    private const int TarSign = 257;

    private static readonly byte[][] s_signs = [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], "BZh"u8.ToArray(), [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]];

    /// <summary>Whether a file is a tar, or something packed that may hold one.</summary>
    public static async Task<bool> AreInAsync(string path, CancellationToken cancellationToken)
    {
        var file = File.OpenRead(path);
        await using var closed = file.ConfigureAwait(false);
        var start = new byte[Length];
        var length = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return AreIn(start.AsSpan(0, length));
    }

    /// <summary>The same of how it begins.</summary>
    public static bool AreIn(ReadOnlySpan<byte> start)
    {
        foreach (var sign in s_signs)
            if (start.StartsWith(sign)) return true;
        return start.Length > TarSign && start[TarSign..].StartsWith("ustar"u8);
    }
}
