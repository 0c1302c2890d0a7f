using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>A lease as others see it.</summary>
/// <param name="Name">The process number as its holder knows it, and a counter.</param>
/// <param name="IsLive">Its holder still runs.</param>
/// <param name="Digests">What it holds.</param>
public sealed record LeaseFile(string Name, bool IsLive, IReadOnlyList<Digest> Digests)
{
    /// <summary>The leases of a store. A lease that is being made or ended meanwhile may be missing.</summary>
    public static IReadOnlyList<LeaseFile> ReadAll(string root)
    {
        var folder = Path.Combine(root, "leases");
        if (!Directory.Exists(folder)) return [];
        var names = Directory.EnumerateFiles(folder)
            .Select(f => Path.GetFileName(f))
            .Where(n => n != StoreGate.FileName)
            .Select(n => n.EndsWith(Lease.LockEnding, StringComparison.Ordinal) ? n[..^Lease.LockEnding.Length] : n);
        return [.. names.Distinct().Order(StringComparer.Ordinal).Select(n => Read(Path.Combine(folder, n)))];
    }

    private static LeaseFile Read(string path) => new(Path.GetFileName(path), IsHeld(path + Lease.LockEnding), ReadDigests(path));

    private static bool IsHeld(string path)
    {
        try
        {
            using var free = FileLock.TryShare(path, FileMode.Open);
            return free is null;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static List<Digest> ReadDigests(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            var digests = new List<Digest>();
            while (reader.ReadLine() is { } line)
                if (Digest.TryParse(line, out var digest)) digests.Add(digest);
            return digests;
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
