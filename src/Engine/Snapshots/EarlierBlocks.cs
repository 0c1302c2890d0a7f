using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>What the blocks of a layer became when it was written before, so that only those that changed are compressed.</summary>
/// <remarks>The bytes of a layer do not depend on it. A block is known by the SHA-256 of its content, for one compressor of one version of the framework, and what
/// is read of the earlier blob must have the checksum that was noted. What does not fit or is gone is compressed as ever.</remarks>
internal sealed class EarlierBlocks : IDisposable
{
    private const int Format = 1;

    private readonly string _path;
    private readonly Dictionary<Digest, Place> _known = [];
    private readonly List<(Digest Content, Place Place)> _written = [];
    private readonly SafeFileHandle? _blob;

    private EarlierBlocks(LocalContentStore store, string path)
    {
        _path = path;
        if (Load(path, _known) is { } blob) _blob = store.FindFile(blob);
    }

    /// <summary>What is remembered under a name; nothing when nothing is.</summary>
    /// <param name="store">Has the blob, and keeps what is remembered beside it.</param>
    /// <param name="name">The same for layers that are likely to have much in common.</param>
    /// <param name="options">How it is compressed.</param>
    public static EarlierBlocks Open(LocalContentStore store, string name, LayerOptions options)
    {
        var key = Digest.Of(Encoding.UTF8.GetBytes($"blocks\0{name}\0{options.Fingerprint}\0{RuntimeInformation.FrameworkDescription}"));
        return new EarlierBlocks(store, Path.Combine(store.Root, "facts", key.Hex));
    }

    /// <summary>What a block became, read into <paramref name="output"/>; <c>null</c> when that is not known. Called from many threads at once.</summary>
    public ReadOnlyMemory<byte>? Find(Digest content, byte[] output)
    {
        if (_blob is null || !_known.TryGetValue(content, out var place) || place.Length > output.Length) return null;
        try
        {
            var read = RandomAccess.Read(_blob, output.AsSpan(0, place.Length), place.Offset);
            if (read != place.Length || XxHash128.HashToUInt128(output.AsSpan(0, read)) != place.Checksum) return null;
            return output.AsMemory(0, read);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Notes a block of the layer that is being written, and where in its blob it stands.</summary>
    public void Note(CompressedBlock block, long offset) =>
        _written.Add((block.Content, new Place(offset, block.Bytes.Length, XxHash128.HashToUInt128(block.Bytes.Span))));

    /// <summary>Remembers what was noted for the next time.</summary>
    public void Save(Digest blob)
    {
        // One block is compressed as fast as it is found.
        if (_written.Count < 2) return;
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(Format);
        writer.Write(blob.ToString());
        writer.Write(_written.Count);
        foreach (var (content, place) in _written) Write(writer, content, place);
        writer.Flush();
        // Not remembering only costs compressing again.
        _ = SealedFile.TryWrite(_path, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    public void Dispose() => _blob?.Dispose();

    private static Digest? Load(string path, Dictionary<Digest, Place> known)
    {
        try
        {
            if (!SealedFile.TryRead(path, out var body) || body is null) return null;
            using var reader = new BinaryReader(new MemoryStream(body));
            if (reader.ReadInt32() != Format) return null;
            var blob = Digest.Parse(reader.ReadString());
            for (var count = reader.ReadInt32(); count > 0; count--)
                known[Digest.FromSha256(reader.ReadBytes(SHA256.HashSizeInBytes))] = new Place(reader.ReadInt64(), reader.ReadInt32(), new UInt128(reader.ReadUInt64(), reader.ReadUInt64()));
            return blob;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or OciException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, Digest content, Place place)
    {
        writer.Write(Convert.FromHexString(content.Hex));
        writer.Write(place.Offset);
        writer.Write(place.Length);
        writer.Write((ulong)(place.Checksum >> 64));
        writer.Write((ulong)place.Checksum);
    }

    private sealed record Place(long Offset, int Length, UInt128 Checksum);
}
