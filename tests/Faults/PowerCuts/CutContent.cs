using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>What is written while the power is cut: blobs, records and trees by number, so that who checks knows what they must be.</summary>
internal static class CutContent
{
    private const int Sources = 80, FilesOfATree = 20, Trees = Sources - FilesOfATree;

    public static byte[] Blob(int number)
    {
        var random = new Random(number);
        var bytes = new byte[random.Next(50) == 0 ? 1_000_000 : random.Next(60_000)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A record as builds save them: it names its own key, and the blob by digest and size.</summary>
    public static byte[] Record(Digest key, Digest blob, long size) =>
        JsonSerializer.SerializeToUtf8Bytes(new { key = key.ToString(), layers = new[] { new { digest = blob.ToString(), size } } });

    public static bool IsRecordOf(Digest key, byte[] record) => Encoding.UTF8.GetString(record).Contains($"\"key\":\"{key}\"", StringComparison.Ordinal);

    /// <summary>Writes the files that facts are kept of.</summary>
    public static void WriteSources(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < Sources; i++) File.WriteAllText(Path.Combine(folder, $"{i}"), $"file {i}");
    }

    public static LocalTree Tree(string folder, int number) =>
        new("tree", [.. Enumerable.Range(number % Trees, FilesOfATree).Select(i => new LocalFile($"{i}", Path.Combine(folder, $"{i}")))]);

    public static IEnumerable<LocalTree> AllTrees(string folder) => Enumerable.Range(0, Trees).Select(i => Tree(folder, i));

    /// <summary>The digest of a file of a tree.</summary>
    public static Digest DigestOf(LocalFile file) => Digest.Of(Encoding.UTF8.GetBytes($"file {file.Path}"));
}
