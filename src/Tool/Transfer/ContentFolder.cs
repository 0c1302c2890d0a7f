using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Contents by their digests, of one process: large ones in files of their own, small ones in packs. What was there before it is read through before
/// it counts, and a content that is here never changes.</summary>
/// <remarks>So nothing need be made durable: what a power cut harmed, or a kill left unfinished, does not have its digest.</remarks>
internal sealed class ContentFolder(string path)
{
    // As much of packs may be of no use any more as is of use, and this besides.
    private const long Spare = 1 << 20;
    private const int MostPacks = 64;
    private const string PackEnding = ".pack";

    private readonly ConcurrentDictionary<Digest, Lazy<ContentPlace>> _known = new();
    private readonly ConcurrentDictionary<string, ContentPack> _packs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _packPaths = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private long _counter;
    private long _additions;

    /// <summary>How often a content was added.</summary>
    public long Additions => Interlocked.Read(ref _additions);

    /// <summary>Where a content is that is known.</summary>
    public ContentPlace Find(Digest digest) => _known[digest].Value;

    /// <summary>The absolute path of a place.</summary>
    public string PathOf(ContentPlace place) => place.Offset is null ? Path.Combine(path, place.File) : _packPaths.GetOrAdd(place.File, file => Path.Combine(path, file));

    /// <summary>Keeps those of the contents that are what they are said to be, and removes what else is there.</summary>
    public void Open(IReadOnlyDictionary<Digest, ContentPlace> said)
    {
        Directory.CreateDirectory(path);
        var byFile = said.GroupBy(s => s.Value.File, StringComparer.Ordinal).ToDictionary(g => Path.Combine(path, g.Key), g => g.ToList(), StringComparer.Ordinal);
        Parallel.ForEach(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).ToList(), file =>
        {
            if (byFile.TryGetValue(file, out var contents) && TakeOver(file, contents)) return;
            File.Delete(file);
        });
    }

    public bool Has(Digest digest) => _known.ContainsKey(digest);

    /// <summary>A new pack, for whoever adds small contents.</summary>
    public ContentPack CreatePack()
    {
        try
        {
            var pack = new ContentPack(path, RandomNumberGenerator.GetHexString(24, lowercase: true) + PackEnding);
            return _packs[pack.Name] = pack;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(path, e);
        }
    }

    /// <summary>Keeps a small content.</summary>
    public Digest Add(IReadOnlyList<ReadOnlyMemory<byte>> chunks, Func<ContentPack> pack)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var chunk in chunks) hash.AppendData(chunk.Span);
        var digest = Digest.FromSha256(hash.GetHashAndReset());
        Add(digest, () => pack().Append(chunks));
        return digest;
    }

    /// <summary>Keeps a file that was written to <see cref="NewPath"/>.</summary>
    public void Add(Digest digest, string written)
    {
        Add(digest, () =>
        {
            var folder = digest.Hex[..2];
            // It is known to be there only when it is: several may want it at once.
            if (!_folders.ContainsKey(folder))
            {
                Directory.CreateDirectory(Path.Combine(path, folder));
                _folders[folder] = true;
            }
            var place = new ContentPlace(Path.Combine(folder, digest.Hex), null, new FileInfo(written).Length);
            File.Move(written, PathOf(place), overwrite: true);
            return place;
        });
        // There already.
        StagedFile.Drop(written);
    }

    /// <summary>A place for a file that comes.</summary>
    public string NewPath() => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _counter)}.new"));

    /// <summary>Removes what is not in use. Nobody may add meanwhile.</summary>
    public void Sweep(IReadOnlySet<Digest> used)
    {
        foreach (var (digest, place) in _known)
            if (!used.Contains(digest) && _known.TryRemove(digest, out _) && place.Value.Offset is null) StagedFile.Drop(PathOf(place.Value));
        if (_packs.IsEmpty) return;
        var living = _known.Values.Select(k => k.Value).Where(p => p.Offset is not null).Select(p => p.File).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _packs.Keys)
            if (!living.Contains(name)) Drop(name);
    }

    /// <summary>Writes what is in use of packs into one when little of them is. Nobody may add or read meanwhile. Returns whether contents have other places now.</summary>
    public bool Compact()
    {
        var packed = _known.Where(k => k.Value.Value.Offset is not null).Select(k => (Digest: k.Key, Place: k.Value.Value)).ToList();
        var living = packed.Sum(p => p.Place.Size);
        if (_packs.Count <= MostPacks && _packs.Values.Sum(p => p.Length) <= 2 * living + Spare) return false;
        var old = _packs.Keys.ToList();
        try
        {
            using var pack = CreatePack();
            foreach (var file in packed.GroupBy(p => p.Place.File))
            {
                using var source = File.OpenHandle(PathOf(file.First().Place));
                foreach (var (digest, place) in file.OrderBy(p => p.Place.Offset))
                {
                    var moved = Copy(source, place, pack);
                    _known[digest] = new Lazy<ContentPlace>(moved);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TransferException)
        {
            // What was not moved stays where it is.
            return true;
        }
        foreach (var name in old) Drop(name);
        return true;
    }

    private static ContentPlace Copy(SafeFileHandle source, ContentPlace place, ContentPack pack)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)place.Size);
        try
        {
            var read = RandomAccess.Read(source, buffer.AsSpan(0, (int)place.Size), place.Offset!.Value);
            return read == place.Size ? pack.Append([buffer.AsMemory(0, read)]) : throw new EndOfStreamException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Drop(string pack)
    {
        _packs.TryRemove(pack, out _);
        _packPaths.TryRemove(pack, out _);
        StagedFile.Drop(Path.Combine(path, pack));
    }

    private void Add(Digest digest, Func<ContentPlace> write)
    {
        Interlocked.Increment(ref _additions);
        try
        {
            _ = _known.GetOrAdd(digest, _ => new Lazy<ContentPlace>(write)).Value;
        }
        catch (Exception e)
        {
            _known.TryRemove(digest, out _);
            if (e is IOException or UnauthorizedAccessException) throw TransferException.Unkept(path, e);
            throw;
        }
    }

    private bool TakeOver(string file, List<KeyValuePair<Digest, ContentPlace>> contents)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            var right = contents.Where(c => Says(handle, c.Value, c.Key)).ToList();
            foreach (var (digest, place) in right) _known[digest] = new Lazy<ContentPlace>(place);
            foreach (var (_, place) in right)
                if (place.Offset is not null) _packs[place.File] = new ContentPack(place.File, RandomAccess.GetLength(handle));
            return right.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool Says(SafeFileHandle file, ContentPlace place, Digest digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(place.Size, 1, 1 << 17));
        try
        {
            var left = place.Size;
            for (var at = place.Offset ?? 0; left > 0;)
            {
                var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), at);
                if (read == 0) return false;
                hash.AppendData(buffer, 0, read);
                (at, left) = (at + read, left - read);
            }
            return Digest.FromSha256(hash.GetHashAndReset()) == digest && (place.Offset is not null || RandomAccess.GetLength(file) == place.Size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
