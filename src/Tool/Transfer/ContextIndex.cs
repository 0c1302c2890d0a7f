using System.Security.Cryptography;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>The file that says what was received: path to content, and where that is. A damaged one is as good as none.</summary>
internal static class ContextIndex
{
    private const int Format = 2;

    public static (Dictionary<string, ContextFile> Files, Dictionary<Digest, ContentPlace> Places) Read(string path)
    {
        var files = new Dictionary<string, ContextFile>(StringComparer.Ordinal);
        var places = new Dictionary<Digest, ContentPlace>();
        try
        {
            if (!SealedFile.TryRead(path, out var body) || body is null) return (files, places);
            using var reader = new BinaryReader(new MemoryStream(body));
            if (reader.ReadInt32() != Format) return (files, places);
            for (var count = reader.ReadInt32(); count > 0; count--)
            {
                var entry = Stat.Parser.ParseFrom(reader.ReadBytes(reader.ReadInt32()));
                var facts = new FileFacts(Digest.FromSha256(reader.ReadBytes(SHA256.HashSizeInBytes)), "", reader.ReadInt64(), reader.ReadBoolean());
                files[entry.Path] = new ContextFile(entry, facts, reader.ReadInt64());
                var (file, offset) = (reader.ReadString(), reader.ReadInt64());
                places[facts.Sha256] = new ContentPlace(file, offset < 0 ? null : offset, facts.Size);
            }
            return (files, places);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            return (new Dictionary<string, ContextFile>(StringComparer.Ordinal), []);
        }
    }

    /// <summary>Writes it. When that fails, the next process receives everything again, and nothing is wrong.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, ContextFile> files, Func<Digest, ContentPlace> find)
    {
        var body = new MemoryStream(files.Count * 192);
        using var writer = new BinaryWriter(body);
        writer.Write(Format);
        writer.Write(files.Count);
        foreach (var file in files.Values)
        {
            var entry = file.Entry.ToByteArray();
            writer.Write(entry.Length);
            writer.Write(entry);
            writer.Write(Convert.FromHexString(file.Facts.Sha256.Hex));
            writer.Write(file.Facts.Size);
            writer.Write(file.Facts.Executable);
            writer.Write(file.Asked);
            var place = find(file.Facts.Sha256);
            writer.Write(place.File);
            writer.Write(place.Offset ?? -1);
        }
        writer.Flush();
        _ = SealedFile.TryWrite(path, body.GetBuffer().AsSpan(0, (int)body.Length), isDurable: false);
    }
}
