using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Packages: the ar around them, both tars in them and their compressions; and the tree that becomes of them, inside the image.</summary>
internal sealed class DebTarget : FuzzTarget
{
    private static readonly (TarEntryType, string, byte[]?, string?)[] s_data =
    [
        (TarEntryType.Directory, "./usr/", null, null), (TarEntryType.RegularFile, "./usr/share/doc/a/copyright", [1, 2], null), (TarEntryType.RegularFile, "./bin/a", [3], null),
        (TarEntryType.HardLink, "./bin/b", null, "./bin/a"), (TarEntryType.SymbolicLink, "./lib/c", null, "../a"),
    ];

    // The mark, the member that says the version, and the head of the next.
    private const int HeadersBeforeControl = 8 + 60 + 4 + 60;

    private readonly TempFolder _folder = new("fuzz");

    public override IReadOnlyList<string> Words => [.. Tars.Words, "!<arch>\n", "control.tar.xz  ", "data.tar.zst    ", "data.tar.gz     ", "data.tar        ", "`\n", "9999999999", "./control", "Package: a\n"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var control = Tars.Write(TarEntryFormat.Gnu, (TarEntryType.RegularFile, "./control", Bytes("Package: a\nVersion: 1\nArchitecture: all\n"), null), (TarEntryType.RegularFile, "./md5sums", Bytes(new string('a', 32) + "  usr/a\n"), null), (TarEntryType.RegularFile, "./postinst", Bytes("#!/bin/sh\nset -e\n"), null));
        var data = Tars.Write(TarEntryFormat.Gnu, s_data);
        using var zstd = new ZstdSharp.Compressor(3);
        yield return ("plain.deb", Ar(("control.tar", control), ("data.tar", data)));
        yield return ("gzip.deb", Ar(("control.tar.gz", Gzip(control)), ("data.tar.gz", Gzip(data))));
        yield return ("zstd.deb", Ar(("control.tar.zst", zstd.Wrap(control).ToArray()), ("data.tar.zst", zstd.Wrap(data).ToArray())));
        yield return ("xz.deb", Ar(("control.tar.xz", Xz(control)), ("data.tar.xz", Xz(data))));
    }

    public override byte[]? Reshape(byte[] input, Random random) => input.Length > 200 && random.Next(2) == 0 && Tars.ChangeHeader(input[Offset(input)..], random) is { } changed ? [.. input[..Offset(input)], .. changed] : null;

    public override byte[] Repair(byte[] input, Random random) =>
        random.Next(4) == 0 || input.Length < 200 ? input : [.. input[..Offset(input)], .. Tars.Repair(input[Offset(input)..])];

    public override string Run(byte[] input)
    {
        var tar = _folder["data.tar"];
        File.Delete(tar);
        var package = DebFile.Open(new MemoryStream(input), "a", tar);
        ScriptRules.RequireKnown(package, "a");
        var tree = new PackageTree(1_700_000_000, excludeDocs: true);
        var names = tree.Add(package);
        foreach (var entry in tree.Finish())
        {
            Require(!entry.Path.StartsWith('/') && !entry.Path.Split('/').Contains("..") && !entry.Path.Contains('\0'), $"'{entry.Path}' is outside of the image");
            using var content = entry.Open?.Invoke();
            content?.CopyTo(Stream.Null);
        }
        DpkgDatabase.Write(tree, [(package, names)]);
        return $"{package.Control.Count} {names.Count}";
    }

    public override void Dispose() => _folder.Dispose();

    // Where the content of the control member begins.
    private static int Offset(byte[] deb) => Math.Min(HeadersBeforeControl, deb.Length);

    private static byte[] Ar(params IEnumerable<(string Name, byte[] Content)> members)
    {
        var ar = new MemoryStream();
        ar.Write("!<arch>\n"u8);
        foreach (var (name, content) in members.Prepend(("debian-binary", Bytes("2.0\n"))))
        {
            ar.Write(Encoding.ASCII.GetBytes($"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n"));
            ar.Write(content);
            if ((content.Length & 1) != 0) ar.WriteByte((byte)'\n');
        }
        return ar.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var stream = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(bytes);
        return compressed.ToArray();
    }

    private static byte[] Xz(byte[] bytes)
    {
        var start = new System.Diagnostics.ProcessStartInfo(RealTool.Find("xz"), ["-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var xz = System.Diagnostics.Process.Start(start)!;
        var compressed = new MemoryStream();
        var reading = xz.StandardOutput.BaseStream.CopyToAsync(compressed);
        xz.StandardInput.BaseStream.Write(bytes);
        xz.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        xz.WaitForExit();
        return compressed.ToArray();
    }
}
