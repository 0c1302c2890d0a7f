using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>Folders that all users share, and what comes to be in them.</summary>
internal sealed class OtherPlaces
{
    private static readonly string[] s_folders = ["/tmp", "/var/tmp", "/dev/shm", "/run/user"];

    private readonly HashSet<string> _before = [.. List()];

    /// <summary>The secrets in what is new there.</summary>
    public IEnumerable<SecretHit> Hunt(SecretHunt hunt) => List().Where(f => !_before.Contains(f)).SelectMany(f => hunt.Find(f, Read(f)));

    // Of drills there are folders of their own, which their homes are in.
    private static IEnumerable<string> List() => s_folders.Where(Directory.Exists).SelectMany(d => Directory.EnumerateFileSystemEntries(d))
        .Where(e => !Path.GetFileName(e).StartsWith("msbuildkit-secrets-", StringComparison.Ordinal))
        .SelectMany(e => Directory.Exists(e) ? Directory.EnumerateFiles(e, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }) : [e]);

    private static byte[] Read(string path)
    {
        try
        {
            return new FileInfo(path).Length > 0 ? File.ReadAllBytes(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone, or is a socket.
            return [];
        }
    }
}
