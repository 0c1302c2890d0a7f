namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Folders of the store around the trees: others may pass through them to what is mounted, and see no names.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder of mode 0711, whatever the process takes away from new files.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, Mode);
    }
}
