using System.Text;
using System.Text.RegularExpressions;

namespace MsBuildKit.Faults.Processes;

/// <summary>Accounts for every byte of a store that nobody uses, by rules of its own: records, what they refer to, facts, and the few files
/// that every store has.</summary>
internal static partial class StoreAccount
{
    /// <summary>The digests of the blobs that a record refers to, sorted; <c>null</c> when the record is not there any more.</summary>
    public static string? TryReadRecord(string path)
    {
        try
        {
            return string.Join(' ', Reference().Matches(Encoding.UTF8.GetString(File.ReadAllBytes(path))).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Bytes of the live set, and each file that is not of it or lacks.</summary>
    public static (long Bytes, IReadOnlyList<string> Differences) Check(string root)
    {
        var files = Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(root, f), f => new FileInfo(f).Length);
        var records = files.Keys.Where(f => IsRecord().IsMatch(f)).ToList();
        var wanted = records.SelectMany(r => TryReadRecord(Path.Combine(root, r))!.Split(' ')).Select(d => $"blobs/{d.Replace(':', '/')}").ToHashSet();
        var live = files.Where(f => wanted.Contains(f.Key) || IsRecord().IsMatch(f.Key) || IsOther().IsMatch(f.Key)).Select(f => f.Key).ToHashSet();
        return (live.Sum(f => files[f]), [
            .. files.Keys.Where(f => !live.Contains(f)).Select(f => $"'{f}' of {files[f]} bytes belongs to nothing"),
            .. wanted.Where(f => !files.ContainsKey(f)).Select(f => $"'{f}' is referred to and not there")]);
    }

    [GeneratedRegex("\"digest\":\"(sha256:[0-9a-f]{64})\"")]
    private static partial Regex Reference();

    [GeneratedRegex("^index/[0-9a-f]{2}/[0-9a-f]{62}$")]
    private static partial Regex IsRecord();

    [GeneratedRegex("^(facts/[0-9a-f]{64}|locks/(?:vertices/)?[0-9a-f]{3}|leases/\\.gate|oci-layout)$")]
    private static partial Regex IsOther();
}
