using System.Collections.Concurrent;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Finds what is damaged in a store: blobs that are not what their names say, records that cannot be read or lead nowhere.</summary>
/// <remarks>
/// Builds may go on meanwhile. Blobs and records appear whole, so whatever is there can be judged; what goes away meanwhile is no fault.
/// Repair removes: a build that finds nothing makes or pulls it again, and what is removed is first looked at once more, for a build may
/// have mended it. Records go with the blobs they refer to, so the next build does not come upon them.
/// </remarks>
public sealed class StoreVerifier(string root, int parallelism)
{
    /// <summary>Looks at everything. Throws MBK1206 when the folder is no store, MBK1207 when it cannot be listed or repaired.</summary>
    public async Task<StoreVerification> VerifyAsync(bool repair, CancellationToken cancellationToken)
    {
        var inventory = StoreInventory.Read(root);
        var faults = new ConcurrentBag<StoreFault>();
        var bad = new ConcurrentDictionary<Digest, StoredBlob>();
        // The longest first, so that none is left for one core at the end.
        await Parallel.ForEachAsync(inventory.Blobs.OrderByDescending(b => b.File.Size), Options(cancellationToken), async (blob, token) =>
        {
            if (await FindProblemAsync(blob, token).ConfigureAwait(false) is not { } problem) return;
            bad[blob.Digest] = blob;
            faults.Add(new StoreFault(blob.File, problem, repair && TryRepair(blob.File)));
        }).ConfigureAwait(false);
        await Parallel.ForEachAsync(inventory.Records.Concat(inventory.Facts), Options(cancellationToken), (file, _) =>
        {
            if (FindProblem(file, bad) is { } problem) faults.Add(new StoreFault(file, problem, repair && TryRepair(file)));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return new StoreVerification(
            inventory.Blobs.Count, inventory.Blobs.Sum(b => b.File.Size), inventory.Records.Count + inventory.Facts.Count,
            [.. faults.OrderBy(f => f.File.Path, StringComparer.Ordinal)]);
    }

    private ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };

    private static async Task<string?> FindProblemAsync(StoredBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            var content = new FileStream(blob.File.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
            await using (content.ConfigureAwait(false))
            {
                var (digest, length) = await BlobHash.ComputeAsync(content, blob.Digest.Algorithm, cancellationToken).ConfigureAwait(false);
                return digest == blob.Digest ? null : $"its {length} bytes are those of {digest}";
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    private string? FindProblem(StoredFile file, ConcurrentDictionary<Digest, StoredBlob> bad)
    {
        try
        {
            if (!SealedFile.TryRead(file.Path, out var body)) return null;
            if (body is null) return "its content is not what its checksum says";
            var lost = RecordReferences.Of(body).Where(r => !IsThere(r.Digest, r.Size, bad)).Select(r => r.Digest).FirstOrDefault();
            // Collection takes a record before its blobs, so one that is gone by now leads nobody astray.
            return lost.IsEmpty || !File.Exists(file.Path) ? null : $"it refers to {lost}, which is not there";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read: {e.Message.TrimEnd('.')}";
        }
    }

    private bool IsThere(Digest digest, long size, ConcurrentDictionary<Digest, StoredBlob> bad) =>
        !bad.ContainsKey(digest) && new FileInfo(Path.Combine(root, "blobs", digest.Algorithm, digest.Hex)) is { Exists: true } file && file.Length == size;

    private bool TryRepair(StoredFile file)
    {
        try
        {
            using var gate = StoreGate.Close(root);
            return file.RemoveIfUnchanged();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentException.CannotMaintainStore(root, e);
        }
    }
}
