namespace MsBuildKit.Engine.Content;

/// <summary>Files that are written beside their name, as <c>NAME.new</c>, and renamed when they are whole.</summary>
/// <remarks>What stands beside already is removed and never opened: in a folder that others may write to it could be a link to anywhere.</remarks>
public static class StagedFile
{
    /// <summary>What follows the name.</summary>
    public const string Ending = ".new";

    /// <summary>Opens a new file beside <paramref name="path"/>.</summary>
    public static FileStream Create(string path)
    {
        File.Delete(path + Ending);
        return new FileStream(path + Ending, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17);
    }

    /// <summary>Makes a file say <paramref name="bytes"/>; when that fails, nothing is left beside it.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            using (var file = Create(path)) file.Write(bytes);
            File.Move(path + Ending, path, overwrite: true);
        }
        finally
        {
            Drop(path + Ending);
        }
    }

    /// <summary>Removes a file that was to be renamed and was not, should it be there. When even that fails there is a better error to tell, and
    /// what stays is swept later.</summary>
    public static void Drop(string staged)
    {
        try
        {
            if (File.Exists(staged)) File.Delete(staged);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Whether a file says <paramref name="bytes"/> itself, and not what a link leads to.</summary>
    public static bool Says(string path, ReadOnlySpan<byte> bytes) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } file && file.Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);
}
