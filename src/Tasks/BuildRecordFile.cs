using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Keeps the record of the last build in one small file, with the fingerprint of what it was made from. A damaged file is as good as
/// none; it is written beside and renamed.</summary>
internal sealed class BuildRecordFile(string path)
{
    private const int Format = 1, HashLength = 32;

    /// <summary>The last build's record.</summary>
    public LastBuild? Find()
    {
        // A link, or what is no file at all, is not ours.
        if (path.Length == 0 || new FileInfo(path) is not { Exists: true, LinkTarget: null, Length: >= 2 * HashLength }) return null;
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length < 2 * HashLength || !SHA256.HashData(bytes.AsSpan(HashLength)).AsSpan().SequenceEqual(bytes.AsSpan(0, HashLength))) return null;
            using var reader = new BinaryReader(new MemoryStream(bytes, 2 * HashLength, bytes.Length - 2 * HashLength));
            return reader.ReadInt32() == Format && Read(reader) is { Names.Count: > 0, Manifests.Count: > 0 } record && Digest.TryParse(record.Digest, out _)
                ? new LastBuild(bytes[HashLength..(2 * HashLength)], record)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    public void Save(ReadOnlySpan<byte> fingerprint, BuildRecord record)
    {
        if (path.Length == 0) return;
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(fingerprint);
        writer.Write(Format);
        Write(writer, record);
        writer.Flush();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            StagedFile.Write(path, [.. SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)), .. body.GetBuffer().AsSpan(0, (int)body.Length)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not remembering only costs building again.
            Forget();
        }
    }

    public void Forget()
    {
        if (path.Length > 0 && File.Exists(path)) File.Delete(path);
    }

    private static BuildRecord Read(BinaryReader reader) => new()
    {
        Names = ReadList(reader, r => r.ReadString()),
        LayoutDirectory = reader.ReadString(),
        Digest = reader.ReadString(),
        MediaType = reader.ReadString(),
        Manifests = ReadList(reader, r => new BuiltManifest(r.ReadString(), r.ReadString(), r.ReadString(), r.ReadString(), r.ReadString())),
        IndexJson = reader.ReadString(),
        ArchivePath = reader.ReadString(),
        Sboms = ReadList(reader, ReadPair),
        Provenances = ReadList(reader, ReadPair),
        Files = ReadList(reader, ReadFile),
        LockFiles = ReadList(reader, ReadFile),
        References = ReadList(reader, ReadPair),
        WantsEngine = reader.ReadBoolean(),
        Engine = reader.ReadString(),
        EngineId = reader.ReadString(),
    };

    private static void Write(BinaryWriter writer, BuildRecord record)
    {
        WriteList(writer, record.Names, (w, name) => w.Write(name));
        WriteTexts(writer, record.LayoutDirectory, record.Digest, record.MediaType);
        WriteList(writer, record.Manifests, (w, m) => WriteTexts(w, m.Platform, m.Digest, m.MediaType, m.Manifest, m.Configuration));
        WriteTexts(writer, record.IndexJson, record.ArchivePath);
        WriteList(writer, record.Sboms, WritePair);
        WriteList(writer, record.Provenances, WritePair);
        WriteList(writer, record.Files, WriteFile);
        WriteList(writer, record.LockFiles, WriteFile);
        WriteList(writer, record.References, WritePair);
        writer.Write(record.WantsEngine);
        writer.Write(record.Engine);
        writer.Write(record.EngineId);
    }

    private static void WriteTexts(BinaryWriter writer, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts) writer.Write(text);
    }

    private static KeyValuePair<string, string> ReadPair(BinaryReader reader) => KeyValuePair.Create(reader.ReadString(), reader.ReadString());

    private static void WritePair(BinaryWriter writer, KeyValuePair<string, string> pair)
    {
        writer.Write(pair.Key);
        writer.Write(pair.Value);
    }

    private static KeyValuePair<string, FileStamp> ReadFile(BinaryReader reader) => KeyValuePair.Create(
        reader.ReadString(), new FileStamp(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()));

    private static void WriteFile(BinaryWriter writer, KeyValuePair<string, FileStamp> file)
    {
        writer.Write(file.Key);
        writer.Write(file.Value.Device);
        writer.Write(file.Value.Inode);
        writer.Write(file.Value.Size);
        writer.Write(file.Value.ModifiedNanoseconds);
        writer.Write(file.Value.ChangedNanoseconds);
    }

    private static List<T> ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var list = new List<T>();
        for (var left = reader.ReadInt32(); left > 0; left--) list.Add(read(reader));
        return list;
    }

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> list, Action<BinaryWriter, T> write)
    {
        writer.Write(list.Count);
        foreach (var item in list) write(writer, item);
    }
}
