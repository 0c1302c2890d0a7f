using System.Formats.Tar;
using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Small tars, and changes to their headers that leave the checksums right.</summary>
internal static class Tars
{
    private const int Block = TarHeader.BlockSize;
    private const string Types = "0123456\0gxLKSVMNAD7 z";

    // Where the fields of a header begin, and how long they are (ustar).
    private static readonly (int At, int Length)[] s_fields =
        [(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100), (257, 6), (263, 2), (265, 32), (297, 32), (329, 8), (337, 8), (345, 155)];

    private static readonly string[] s_numbers = ["0", "77777777777", "777777777777", "-1", "8", "1000000000", "x", " 1", "1 ", "", "00000000001\0"];

    public static readonly string[] Words = ["12 path=a/b\n", "11 size=99\n", "30 mtime=99999999999999999999\n", "24 GNU.sparse.major=1\n", "13 size=1024\n", "19 linkpath=../../x\n", "ustar\00000", "ustar  \0", ".wh.", ".wh..wh..opq", "../"];

    /// <summary>By our own writer: every kind of entry, and names that need a pax header.</summary>
    public static byte[] Own()
    {
        TreeEntry[] entries =
        [
            new() { Path = "etc", Type = TreeEntryType.Directory, Mode = 0x1ed }, File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1654:1654::/:\n"), File("etc/group", "root:x:0:\napp:x:1654:\n"),
            File("é/" + new string('n', 120), "x"), new() { Path = "link", Type = TreeEntryType.Symlink, Mode = 0x1ff, Link = "etc/passwd" }, new() { Path = "hard", Type = TreeEntryType.HardLink, Mode = 0x1a4, Link = "etc/passwd" },
            new() { Path = "null", Type = TreeEntryType.CharacterDevice, Mode = 0x1b6, DeviceMajor = 1, DeviceMinor = 3 }, new() { Path = "pipe", Type = TreeEntryType.Fifo, Mode = 0x180, Uid = 3_000_000 }, new() { Path = "etc/.wh.gone", Type = TreeEntryType.File, Mode = 0 },
        ];
        var tar = new MemoryStream();
        foreach (var entry in entries)
        {
            tar.Write(TarHeader.Encode(entry));
            if (entry.Open is null) continue;
            using (var content = entry.Open()) content.CopyTo(tar);
            tar.Write(new byte[(-tar.Length & (Block - 1))]);
        }
        tar.Write(new byte[2 * Block]);
        return tar.ToArray();
    }

    /// <summary>By the framework's writer, in any of the formats there are.</summary>
    public static byte[] Write(TarEntryFormat format, params IEnumerable<(TarEntryType Type, string Name, byte[]? Content, string? Link)> entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
            foreach (var (type, name, content, link) in entries)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(type == TarEntryType.RegularFile ? TarEntryType.V7RegularFile : type, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                    _ => new PaxTarEntry(type, name),
                };
                if (link is not null) entry.LinkName = link;
                if (content is not null) entry.DataStream = new MemoryStream(content);
                entry.ModificationTime = DateTimeOffset.UnixEpoch.AddSeconds(name.Length * 1000);
                writer.WriteEntry(entry);
            }
        return tar.ToArray();
    }

    /// <summary>Puts something else into one field of one header.</summary>
    public static byte[]? ChangeHeader(byte[] tar, Random random)
    {
        var headers = Headers(tar).ToList();
        if (headers.Count == 0) return null;
        var changed = (byte[])tar.Clone();
        var block = changed.AsSpan(headers[random.Next(headers.Count)], Block);
        var (at, length) = s_fields[random.Next(s_fields.Length)];
        var field = block.Slice(at, length);
        if (length == 1) field[0] = (byte)Types[random.Next(Types.Length)];
        else if (random.Next(6) == 0) random.NextBytes(field);
        else if (random.Next(5) == 0) field[0] = (byte)(0x80 | random.Next(128));
        else
        {
            field.Clear();
            var text = Encoding.ASCII.GetBytes(length > 12 ? Words[random.Next(Words.Length)] : s_numbers[random.Next(s_numbers.Length)]);
            text.AsSpan(0, Math.Min(text.Length, length)).CopyTo(field);
        }
        return changed;
    }

    /// <summary>Makes the checksum of whatever looks like a header right.</summary>
    public static byte[] Repair(byte[] tar)
    {
        foreach (var at in Headers(tar))
        {
            var block = tar.AsSpan(at, Block);
            block.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var b in block) sum += b;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
        }
        return tar;
    }

    // Block by block, jumping over contents as long as their sizes make sense.
    private static IEnumerable<int> Headers(byte[] tar)
    {
        for (var at = 0; at + Block <= tar.Length; at += Block)
        {
            if (tar[at] == 0) continue;
            yield return at;
            var size = 0L;
            for (var i = at + 124; i < at + 135; i++) size = tar[i] is >= (byte)'0' and <= (byte)'7' ? size * 8 + tar[i] - '0' : size;
            if (size <= tar.Length - at) at += (int)(size + Block - 1) / Block * Block;
        }
    }

    private static TreeEntry File(string path, string content) => new()
    {
        Path = path, Type = TreeEntryType.File, Mode = 0x1a4, ModifiedSeconds = 1_700_000_000, Size = content.Length, Open = () => new MemoryStream(Encoding.ASCII.GetBytes(content)),
    };
}
