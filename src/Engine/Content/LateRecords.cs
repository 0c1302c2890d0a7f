using System.IO.Enumeration;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>What records refer to that were saved after a store was listed.</summary>
/// <remarks>A build may find a blob, save a record and end while collection is at work. Its lease is gone then, and only the record tells that
/// the blob is wanted. Looked for after the leases were read, and behind the same gate, no such record is missed.</remarks>
internal sealed class LateRecords(string root, IEnumerable<StoredFile> known)
{
    private readonly string _folder = Path.Combine(root, "index");
    private readonly HashSet<(string Key, long Size, DateTime LastUsed)> _known = [.. known.Select(Identify)];
    private readonly HashSet<Digest> _digests = [];

    /// <summary>The blobs of all that were found until now.</summary>
    public IReadOnlySet<Digest> Find()
    {
        if (!Directory.Exists(_folder)) return _digests;
        foreach (var record in Enumerate())
            if (_known.Add(Identify(record)) && SealedFile.TryRead(record.Path, out var body) && body is not null)
                _digests.UnionWith(RecordReferences.Of(body).Select(r => r.Digest));
        return _digests;
    }

    private static (string, long, DateTime) Identify(StoredFile record) =>
        ($"{Path.GetFileName(Path.GetDirectoryName(record.Path))}{Path.GetFileName(record.Path)}", record.Size, record.LastUsed);

    private FileSystemEnumerable<StoredFile> Enumerate() => new(
        _folder,
        (ref FileSystemEntry e) => new StoredFile(e.ToFullPath(), e.Length, e.LastWriteTimeUtc.UtcDateTime),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && !e.FileName.Contains('.'),
    };
}
