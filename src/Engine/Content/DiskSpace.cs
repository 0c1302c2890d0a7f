using System.Globalization;

namespace MsBuildKit.Engine.Content;

/// <summary>Says of a write that failed whether the disk is full, what was needed and what is free.</summary>
internal static class DiskSpace
{
    // ENOSPC of Linux and macOS, EDQUOT of Linux and of macOS, ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.
    private static readonly int[] s_full = [28, 122, 69, unchecked((int)0x8007_0027), unchecked((int)0x8007_0070)];

    /// <summary>What is wrong, without a full stop: for a full disk in numbers, else as the system says it.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="folder">Where was to be written; it need not exist.</param>
    /// <param name="needed">Bytes, or 0 when that is not known.</param>
    public static string Explain(Exception e, string folder, long needed)
    {
        if (!s_full.Contains(e.HResult) || FreeBytes(folder) is not { } free) return e.Message.TrimEnd('.');
        var wanted = needed > 0 ? string.Create(CultureInfo.InvariantCulture, $"{needed:N0} bytes are needed and {free:N0} are free") : string.Create(CultureInfo.InvariantCulture, $"{free:N0} bytes are free");
        return free > needed ? $"the disk is full: {wanted}, so it has no inode left for another file, or your quota is used up" : $"the disk is full: {wanted}";
    }

    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(StoreLocation.Nearest(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
