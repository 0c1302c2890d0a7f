using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Reads many random tars, of every format and of our own writer, and compares with what Python's <c>tarfile</c> says is in them.</summary>
internal static class TarListing
{
    // One line of JSON for each archive: [name, type, mode, uid, gid, time, size, link] of each entry.
    private const string Lister = """
        import json, os, sys, tarfile
        kinds = {tarfile.REGTYPE: "File", tarfile.AREGTYPE: "File", tarfile.DIRTYPE: "Directory", tarfile.SYMTYPE: "Symlink", tarfile.LNKTYPE: "HardLink", tarfile.CHRTYPE: "CharacterDevice", tarfile.BLKTYPE: "BlockDevice", tarfile.FIFOTYPE: "Fifo"}
        clean = lambda n: "/".join(p for p in n.split("/") if p not in ("", "."))
        for name in sorted(os.listdir(sys.argv[1])):
            with tarfile.open(os.path.join(sys.argv[1], name)) as tar:
                print(json.dumps([[clean(m.name), kinds[m.type], m.mode, m.uid, m.gid, int(m.mtime // 1), m.size if m.isreg() else 0, clean(m.linkname) if m.islnk() else m.linkname if m.issym() else ""] for m in tar]))
        """;

    private static readonly TarEntryType[] s_types = [TarEntryType.RegularFile, TarEntryType.Directory, TarEntryType.SymbolicLink, TarEntryType.HardLink, TarEntryType.Fifo];

    public static async Task<(string Figure, IReadOnlyList<string> Broken)> CompareAsync(int count, int seed, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder("tars");
        var random = new Random(seed);
        var ours = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var tar = Make(random);
            await File.WriteAllBytesAsync(folder[string.Create(CultureInfo.InvariantCulture, $"{i:d6}.tar")], tar, cancellationToken);
            ours.Add(await ListAsync(tar, cancellationToken));
        }
        var theirs = (await Command.RunAsync(RealTool.Find("python3"), ["-c", Lister, folder.Path])).Succeeded().Output.TrimEnd('\n').Split('\n');
        var broken = ours.Zip(theirs).Select((pair, i) => (pair.First, Second: Same(pair.Second), Number: i)).Where(p => p.First != p.Second)
            .Select(p => $"tar {p.Number} (seed {seed}) is read as {p.First}, and by Python as {p.Second}").ToList();
        return ($"{count:N0} tars listed as Python lists them", ours.Count == theirs.Length ? broken : [.. broken, $"{ours.Count} tars were made and {theirs.Length} listed"]);
    }

    private static async Task<string> ListAsync(byte[] tar, CancellationToken cancellationToken)
    {
        var entries = new List<object[]>();
        await LayerReader.ReadAsync(new MemoryStream(tar), Compression.None, Digest.Of(tar), (entry, _) =>
        {
            entries.Add([entry.Path, entry.Type.ToString(), entry.Mode, entry.Uid, entry.Gid, entry.ModifiedSeconds, entry.Type == TreeEntryType.File ? entry.Size : 0, entry.Link ?? ""]);
            return ValueTask.CompletedTask;
        }, cancellationToken);
        return JsonSerializer.Serialize(entries);
    }

    private static string Same(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(json));

    private static byte[] Make(Random random) => random.Next(2) == 0 ? MakeOwn(random) : MakeForeign(random);

    private static byte[] MakeOwn(Random random)
    {
        var tar = new MemoryStream();
        for (var left = random.Next(1, 8); left > 0; left--)
        {
            var type = (TreeEntryType)random.Next(Enum.GetValues<TreeEntryType>().Length);
            var size = type == TreeEntryType.File ? random.Next(2000) : 0;
            var link = type is TreeEntryType.Symlink or TreeEntryType.HardLink ? NameOf(random, 150) : null;
            tar.Write(TarHeader.Encode(new TreeEntry { Path = NameOf(random, 300), Type = type, Mode = random.Next(0x1000), Uid = Number(random), Gid = Number(random), ModifiedSeconds = random.NextInt64(-1000, 20_000_000_000), Size = size, Link = link }));
            tar.Write(new byte[(size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize]);
        }
        tar.Write(new byte[2 * TarHeader.BlockSize]);
        return tar.ToArray();
    }

    private static byte[] MakeForeign(Random random)
    {
        var format = (TarEntryFormat)random.Next(1, 5);
        var longest = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? 300 : 90;
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
            for (var left = random.Next(1, 8); left > 0; left--)
                writer.WriteEntry(MakeEntry(format, s_types[random.Next(format == TarEntryFormat.V7 ? 4 : s_types.Length)], longest, random));
        return tar.ToArray();
    }

    private static TarEntry MakeEntry(TarEntryFormat format, TarEntryType type, int longest, Random random)
    {
        var name = NameOf(random, longest, ascii: format is not TarEntryFormat.Pax);
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type == TarEntryType.RegularFile ? TarEntryType.V7RegularFile : type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        (entry.Mode, entry.Uid, entry.Gid) = ((UnixFileMode)random.Next(0x1000), random.Next(0x1fffff), random.Next(0x1fffff));
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(random.Next());
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = NameOf(random, longest, ascii: format is not TarEntryFormat.Pax);
        if (type == TarEntryType.RegularFile) entry.DataStream = new MemoryStream(new byte[random.Next(2000)]);
        return entry;
    }

    private static int Number(Random random) => random.Next(3) switch { 0 => random.Next(10), 1 => random.Next(0x1fffff), _ => random.Next() };

    private static string NameOf(Random random, int longest, bool ascii = false)
    {
        var name = new StringBuilder();
        while (name.Length == 0 || (name.Length < longest - 40 && random.Next(4) > 0))
        {
            if (name.Length > 0) name.Append('/');
            for (var left = random.Next(1, 30); left > 0; left--) name.Append(ascii || random.Next(40) > 0 ? (char)random.Next('a', 'z' + 1) : "é Ω ~"[random.Next(5)]);
        }
        return name.ToString();
    }
}
