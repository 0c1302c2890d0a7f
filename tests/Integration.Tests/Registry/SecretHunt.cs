using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>Looks for a secret in everything that a build left: as it is and in the forms that programs give it, in files and in what is
/// packed inside of them.</summary>
internal sealed class SecretHunt
{
    private const int ZipHeader = 30;

    private readonly IReadOnlyList<(string Form, byte[] Bytes)> _forms;

    public SecretHunt(string user, string secret)
    {
        var (raw, pair) = (Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{user}:{secret}"));
        _forms =
        [
            ("as it is", raw),
            ("UTF-16", Encoding.Unicode.GetBytes(secret)),
            ("base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(raw))),
            ("base64 with its user", Encoding.ASCII.GetBytes(Convert.ToBase64String(pair))),
            ("hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(raw))),
            ("upper hex", Encoding.ASCII.GetBytes(Convert.ToHexString(raw))),
            ("URL-encoded", Encoding.ASCII.GetBytes(Uri.EscapeDataString(secret))),
        ];
    }

    /// <summary>Every place below a folder, except for the named subfolders, that holds the secret.</summary>
    public IReadOnlyList<string> FindBelow(string folder, params string[] except) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !except.Contains(Path.GetRelativePath(folder, f).Split('/')[0]))
            .SelectMany(f => Find(Path.GetRelativePath(folder, f), File.ReadAllBytes(f)))];

    /// <summary>The forms in which the secret stands in <paramref name="bytes"/>, packed or not.</summary>
    public IEnumerable<string> Find(string place, byte[] bytes)
    {
        foreach (var (form, wanted) in _forms)
            if (bytes.AsSpan().IndexOf(wanted) is >= 0 and var at)
                yield return $"{place}: {form} at {at}";
        foreach (var (part, unpacked) in Unpack(bytes))
            foreach (var found in Find($"{place}/{part}", unpacked))
                yield return found;
    }

    private static IEnumerable<(string Part, byte[] Bytes)> Unpack(byte[] bytes)
    {
        if (bytes is [0x1f, 0x8b, ..]) yield return ("gzip", Read(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)));
        // A binary log carries project files in a zip archive somewhere in its middle.
        for (var at = 0; bytes.AsSpan(at).IndexOf("PK\u0003\u0004"u8) is >= 0 and var next; at += next + 4)
        {
            var header = bytes.AsSpan(at + next);
            if (header.Length < ZipHeader || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != 8) continue;
            var content = at + next + ZipHeader + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            if (content < bytes.Length) yield return ($"zip at {at + next}", Read(new DeflateStream(new MemoryStream(bytes, content, bytes.Length - content), CompressionMode.Decompress)));
        }
    }

    // Up to where it can be read: what only looks packed is none.
    private static byte[] Read(Stream packed)
    {
        var all = new MemoryStream();
        try
        {
            using (packed) packed.CopyTo(all);
        }
        catch (InvalidDataException)
        {
        }
        return all.ToArray();
    }
}
