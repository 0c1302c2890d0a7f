using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary><c>local://</c> sources: the caller's trees and folders with their fingerprints, each read once in a build.</summary>
/// <param name="session">Lends them.</param>
/// <param name="cache">Knows what was read before.</param>
/// <param name="modified">Seconds of the Unix epoch that are the time of everything in them.</param>
/// <param name="progress">Hears how much came of those that are elsewhere.</param>
public sealed class LentTrees(IBuildSession session, FileFactsCache cache, long modified = 0, IProgress<BuildEvent>? progress = null)
{
    // More than three of them take, with what stands between.
    private const int Numbers = 64;

    private readonly ConcurrentDictionary<(string Name, string Filter), Lazy<Task<TreeResult>>> _trees = new();

    /// <summary>Where the contents of all that was read are.</summary>
    internal LentPlaces Places { get; } = new();

    /// <summary>The tree behind <paramref name="name"/>; throws MBK1803 when the caller lends none of that name.</summary>
    public Task<TreeResult> GetAsync(string name, CancellationToken cancellationToken) => GetAsync(name, null, cancellationToken);

    /// <summary>The same; of a folder, what the attributes of a source take.</summary>
    internal Task<TreeResult> GetAsync(string name, Vertex? source, CancellationToken cancellationToken)
    {
        var attributes = source is null ? ReadOnlyDictionary<string, string>.Empty : source.Op.Source.Attrs.AsReadOnly();
        var filter = FolderFilter.Of(attributes);
        return _trees.GetOrAdd((name, filter.Text), _ => new(() => Task.Run(() => ReadAsync(name, filter, attributes, source, cancellationToken), cancellationToken))).Value;
    }

    private async Task<TreeResult> ReadAsync(string name, FolderFilter filter, IReadOnlyDictionary<string, string> attributes, Vertex? source, CancellationToken cancellationToken)
    {
        var received = new ReceivedBytes(name, source, progress);
        if (await session.FetchTreeAsync(name, attributes, received, cancellationToken).ConfigureAwait(false) is { } sent)
        {
            received.Complete();
            return Result(sent.Tree, sent.Facts);
        }
        if (filter.MetadataExcept is not null) throw WorkerException.SourceNotOffered($"Only what is said of the files of '{name}', which is here,");
        if (session.FindLocal(name) is { } lent)
        {
            var known = await cache.ReadAsync(lent, cancellationToken).ConfigureAwait(false);
            return Result(lent, known);
        }
        var folder = session.FindFolder(name) ?? throw new SessionException(SessionException.NotLent, ErrorKind.FailedPrecondition,
            $"The graph asks for the local tree '{name}', which this build does not lend. Give it a context of that name.");
        var content = await cache.ReadFolderAsync(name, folder, filter, cancellationToken).ConfigureAwait(false);
        return Result(content.Sent.Tree, content.Sent.Facts);
    }

    private TreeResult Result(LocalTree tree, IReadOnlyList<FileFacts> facts)
    {
        var dated = tree with { ModifiedSeconds = modified };
        var result = new TreeResult(dated, facts, Fingerprint(dated, facts));
        Places.Add(result);
        return result;
    }

    private static Digest Fingerprint(LocalTree tree, IReadOnlyList<FileFacts> facts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (tree.ModifiedSeconds != 0) hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"t\0{tree.ModifiedSeconds}\n")));
        foreach (var directory in tree.Directories) Append(hash, 'd', directory.Path, directory.Mode, directory.Uid, directory.Gid, "");
        foreach (var link in tree.Links) Append(hash, 'l', link.Path, 0, null, null, link.Target);
        for (var i = 0; i < facts.Count; i++)
        {
            var file = tree.Files[i];
            Append(hash, 'f', file.Path, file.Mode ?? DefaultMode(facts[i]), file.Uid, file.Gid, facts[i].Sha256.ToString());
        }
        return Digest.FromSha256(hash.GetHashAndReset());
    }

    internal static int DefaultMode(FileFacts facts) => facts.Executable ? 0b111_101_101 : 0b110_100_100;

    private static void Append(IncrementalHash hash, char kind, string path, int mode, int? uid, int? gid, string content)
    {
        var room = ArrayPool<byte>.Shared.Rent(3 * (path.Length + content.Length) + Numbers);
        Utf8.TryWrite(room, CultureInfo.InvariantCulture, $"{kind}\0{path}\0{mode}\0{uid}\0{gid}\0{content}\n", out var written);
        hash.AppendData(room, 0, written);
        ArrayPool<byte>.Shared.Return(room);
    }
}
