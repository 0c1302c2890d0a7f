using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Files named by their content, of one process. What was there before it is read through before it counts, and a file that is here never changes.</summary>
/// <remarks>So nothing need be made durable: a file that a power cut harmed, or a kill left unfinished, does not have the content of its name.</remarks>
internal sealed class ContentFolder(string path)
{
    private readonly ConcurrentDictionary<Digest, Lazy<bool>> _known = new();
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private long _counter;

    public string PathOf(Digest digest) => Path.Combine(path, digest.Hex[..2], digest.Hex);

    /// <summary>Keeps those of the files that are what their names say, and removes what else is there.</summary>
    public void Open(IReadOnlySet<Digest> named)
    {
        Directory.CreateDirectory(path);
        var known = named.Select(d => (Path: PathOf(d), Digest: d)).ToDictionary(f => f.Path, f => f.Digest, StringComparer.Ordinal);
        Parallel.ForEach(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).ToList(), file =>
        {
            if (known.TryGetValue(file, out var digest) && Says(file, digest)) _known[digest] = new Lazy<bool>(true);
            else File.Delete(file);
        });
    }

    public bool Has(Digest digest) => _known.ContainsKey(digest);

    /// <summary>Keeps a small file.</summary>
    public Digest Add(IReadOnlyList<ReadOnlyMemory<byte>> chunks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var chunk in chunks) hash.AppendData(chunk.Span);
        var digest = Digest.FromSha256(hash.GetHashAndReset());
        Add(digest, target =>
        {
            using var file = File.OpenHandle(target, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, chunks, 0);
        });
        return digest;
    }

    /// <summary>Keeps a file that was written to <see cref="NewPath"/>.</summary>
    public void Add(Digest digest, string written)
    {
        Add(digest, target => File.Move(written, target, overwrite: true));
        // There already.
        StagedFile.Drop(written);
    }

    /// <summary>A place for a file that comes.</summary>
    public string NewPath() => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _counter)}.new"));

    /// <summary>Removes what is not in use. Nobody may add meanwhile.</summary>
    public void Sweep(IReadOnlySet<Digest> used)
    {
        foreach (var digest in _known.Keys)
            if (!used.Contains(digest) && _known.TryRemove(digest, out _)) StagedFile.Drop(PathOf(digest));
    }

    private void Add(Digest digest, Action<string> write)
    {
        try
        {
            _ = _known.GetOrAdd(digest, d => new Lazy<bool>(() => Write(d, write))).Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _known.TryRemove(digest, out _);
            throw TransferException.Unkept(path, e);
        }
    }

    private bool Write(Digest digest, Action<string> write)
    {
        var folder = digest.Hex[..2];
        // It is known to be there only when it is: several may want it at once.
        if (!_folders.ContainsKey(folder))
        {
            Directory.CreateDirectory(Path.Combine(path, folder));
            _folders[folder] = true;
        }
        write(PathOf(digest));
        return true;
    }

    private static bool Says(string file, Digest digest)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return Digest.FromSha256(SHA256.HashData(stream)) == digest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
