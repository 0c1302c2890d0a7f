using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace MsBuildKit.Engine.Packages;

/// <summary>An opened package: its control files in memory, its data as a plain tar in a work folder (deb(5)).</summary>
/// <param name="Control">Control files by name.</param>
/// <param name="DataTar">The path of the tar.</param>
internal sealed record DebFile(string Name, IReadOnlyDictionary<string, byte[]> Control, string DataTar)
{
    private const int MostControl = 16 << 20, TarEnd = 1024;
    private const long MostData = 8L << 30, DataAllowance = 64 << 20;

    public string Text(string name) => Control.TryGetValue(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : "";

    /// <summary>Opens the package <paramref name="name"/>, reading and closing <paramref name="deb"/>; throws MBK1609 for one that is broken, hostile or another.</summary>
    public static DebFile Open(Stream deb, string name, string dataTar)
    {
        try
        {
            // The decompressors ask for single bytes.
            using var buffered = new BufferedStream(deb, 128 << 10);
            var control = Unpack(new ArMember(buffered, deb.Length), dataTar);
            RequireSelf(control, name);
            return new DebFile(name, control, dataTar);
        }
        catch (Exception e) when (e is IOException || BrokenArchive.Is(e))
        {
            throw Unreadable(name, e.Message.TrimEnd('.'), e);
        }
    }

    public static PackageException Unreadable(string name, string why, Exception? inner = null) => new(PackageException.UnreadablePackage, ErrorKind.Invalid,
        $"The package '{name}' cannot be unpacked: {why}. Leave it out, or pin another version.", inner);

    private static Dictionary<string, byte[]> Unpack(ArMember deb, string dataTar)
    {
        Dictionary<string, byte[]>? control = null;
        var isData = false;
        foreach (var (member, size) in Members(deb))
        {
            var end = deb.Position + size + (size & 1);
            if (member.StartsWith("control.tar", StringComparison.Ordinal))
                control = control is null ? ReadControl(new ArMember(deb, size), member) : throw new InvalidDataException("it has two controls");
            if (member.StartsWith("data.tar", StringComparison.Ordinal))
            {
                if (isData) throw new InvalidDataException("it has two sets of data");
                isData = true;
                using var file = new FileStream(dataTar, FileMode.CreateNew, FileAccess.ReadWrite);
                using var data = Decompress(new ArMember(deb, size), member, DataAllowance);
                Copy(data, file, MostData);
            }
            deb.SkipTo(Math.Min(end, deb.Length));
        }
        return control is not null && isData && control.ContainsKey("control") ? control : throw new InvalidDataException("it lacks its control or its data");
    }

    // What a package calls itself becomes names of files in the image.
    private static void RequireSelf(Dictionary<string, byte[]> control, string name)
    {
        using var reader = new StreamReader(new MemoryStream(control["control"]));
        var stanza = Stanza.Read(reader).FirstOrDefault();
        if (!DebianWord.IsName(name) || stanza?["Package"] != name) throw new InvalidDataException($"it calls itself '{stanza?["Package"]}'");
        if (!DebianWord.Is(stanza["Architecture"])) throw new InvalidDataException($"it names no architecture that could be one ('{stanza["Architecture"]}')");
    }

    private static IEnumerable<(string Name, long Size)> Members(ArMember deb)
    {
        var header = new byte[60];
        deb.ReadExactly(header.AsSpan(0, 8));
        if (!header.AsSpan(0, 8).SequenceEqual("!<arch>\n"u8)) throw new InvalidDataException("it is no ar archive");
        while (deb.Position < deb.Length)
        {
            deb.ReadExactly(header);
            var size = long.Parse(Encoding.ASCII.GetString(header, 48, 10), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            if (size > deb.Length - deb.Position) throw new InvalidDataException("it is cut off");
            yield return (Encoding.ASCII.GetString(header, 0, 16).TrimEnd(' ', '/'), size);
        }
    }

    private static Stream Decompress(Stream member, string name, long allowance) => Path.GetExtension(name) switch
    {
        ".xz" => new UnpackStream(member, m => new XZStream(m), allowance),
        ".gz" => new UnpackStream(member, m => new GZipStream(m, CompressionMode.Decompress), allowance),
        ".zst" => new UnpackStream(member, m => new DecompressionStream(m), allowance),
        ".tar" => member,
        var other => throw new InvalidDataException($"its compression '{other}' is not known"),
    };

    private static Dictionary<string, byte[]> ReadControl(Stream member, string name)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var plain = new MemoryStream();
        using (var control = Decompress(member, name, MostControl)) Copy(control, plain, MostControl);
        plain.Position = 0;
        using var tar = new TarReader(new HeaderGuard(plain));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } data || entry.Length > plain.Length) continue;
            var bytes = new byte[entry.Length];
            data.ReadExactly(bytes);
            files[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = bytes;
        }
        return files;
    }

    private static void Copy(Stream from, Stream to, long most)
    {
        var buffer = new byte[128 << 10];
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            if (to.Length + read > most) throw new InvalidDataException($"it unpacks to more than {most >> 20} MiB");
            to.Write(buffer, 0, read);
        }
        RequireEnd(to, buffer.AsSpan(0, TarEnd));
    }

    // Not every decompressor tells that its input was cut off, and not every reader of tars misses the end.
    private static void RequireEnd(Stream tar, Span<byte> end)
    {
        if (tar.Length < end.Length) throw new InvalidDataException("it is cut off");
        tar.Seek(-end.Length, SeekOrigin.End);
        tar.ReadExactly(end);
        if (end.ContainsAnyExcept((byte)0)) throw new InvalidDataException("it is cut off");
    }
}
