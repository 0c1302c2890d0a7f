using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Archives;

/// <summary>One bomb.</summary>
/// <param name="Name">What <c>faults child bombs</c> calls it.</param>
/// <param name="PrepareAsync">Makes it below a folder; what it returns reads it and is what is measured.</param>
/// <param name="IsSlow">Left out of quick runs.</param>
internal sealed record Bomb(string Name, Func<TempFolder, Task<Func<Task>>> PrepareAsync, bool IsSlow = false)
{
    private const long Gibibyte = 1L << 30;

    public static IReadOnlyList<Bomb> All { get; } =
    [
        new("gzip-gibibyte", f => LayerAsync(f, Compression.Gzip, Zeros("big", '0', Gibibyte)), IsSlow: true),
        new("zstd-gibibyte", f => LayerAsync(f, Compression.Zstd, Zeros("big", '0', Gibibyte))),
        new("gzip-nested", f => LayerAsync(f, Compression.Gzip, s => s.Write(Nested(4)), honest: false)),
        new("gzip-of-gzip-layer", f => LayerAsync(f, Compression.Gzip, s => s.Write(Nested(1)), honest: false)),
        new("zstd-window", f => BlobAsync(f, Compression.Zstd, [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x03, 0x00, 0x10, 0x00, .. new byte[4096]])),
        new("zstd-frame-size", f => BlobAsync(f, Compression.Zstd, [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x03, 0x00, 0x10, .. new byte[4096]])),
        new("pax-header", f => LayerAsync(f, Compression.Gzip, Zeros("pax", 'x', Gibibyte))),
        new("pax-global-header", f => LayerAsync(f, Compression.Gzip, Zeros("pax", 'g', Gibibyte))),
        new("gnu-long-name", f => LayerAsync(f, Compression.Gzip, Zeros("long", 'L', Gibibyte))),
        new("gnu-long-link", f => LayerAsync(f, Compression.Zstd, Zeros("long", 'K', Gibibyte))),
        new("gnu-sparse", f => LayerAsync(f, Compression.Gzip, s => s.Write(Sparse()))),
        new("size-8-EiB", f => LayerAsync(f, Compression.None, s => s.Write(RawTar.Header('0', "big", size: long.MaxValue)))),
        new("sparse-by-records", f => LayerAsync(f, Compression.Gzip, s => s.Write(new RawTar().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "9223372036854775807")).File("a", "0\n").ToArray()))),
        new("entries", _ => Task.FromResult<Func<Task>>(() => ReadAsync(new RepeatedStream(RawTar.Header('0', "empty"), 10_000_000), Compression.None, Digest.Of("x"u8))), IsSlow: true),
        new("entries-gzip", f => LayerAsync(f, Compression.Gzip, s => Repeat(s, RawTar.Header('0', "empty"), 10_000_000), honest: false), IsSlow: true),
        new("entries-zstd", f => LayerAsync(f, Compression.Zstd, s => Repeat(s, RawTar.Header('5', "empty/"), 10_000_000), honest: false), IsSlow: true),
        new("passwd-10-GB", f => UsersAsync(f, Zeros("etc/passwd", '0', 10L * 1000 * 1000 * 1000)), IsSlow: true),
        new("passwd-10-GB-header", f => UsersAsync(f, s => s.Write(RawTar.Header('0', "etc/passwd", size: 10L * 1000 * 1000 * 1000)))),
        new("passwd-of-one-line", f => UsersAsync(f, s => s.Write(new RawTar().Add('0', "etc/passwd", content: Filled(10 << 20, 'x')).ToArray()))),
        new("passwd-sparse", f => UsersAsync(f, s => s.Write(new RawTar().Folder("etc").Add('S', "etc/passwd", content: Filled(1000, 'x')).ToArray()))),
        new("layout-index", LayoutIndexAsync),
        new("archive-index", ArchiveIndexAsync),
        new("archive-header", f => ArchiveAsync(f, s => Fill(s, RawTar.Header('x', "pax", size: 2 * Gibibyte)))),
        new("archive-size-8-EiB", f => ArchiveAsync(f, s => s.Write(RawTar.Header('0', "index.json", size: long.MaxValue)))),
        new("archive-entries", f => ArchiveAsync(f, s => Repeat(s, RawTar.Header('5', "d/"), 200_000))),
        new("archive-links", f => ArchiveAsync(f, s => Repeat(s, new RawTar().Link("l", new string('x', 4000)).ToArray()[..^1024], 60_000)), IsSlow: true),
        new("docker-images", f => ArchiveAsync(f, s => s.Write(new RawTar()
            .File("manifest.json", "[" + string.Join(',', Enumerable.Repeat("""{"Config":"c"}""", 250_000)) + "]").Add('0', "c", content: Filled(4 << 20, ' ')).ToArray()))),
        new("docker-documents", f => ArchiveAsync(f, DockerDocuments)),
        new("manifest", f => ManifestAsync(f, new string(' ', (4 << 20) + 1))),
        new("manifest-deep", f => ManifestAsync(f, """{"schemaVersion":2,"layers":""" + new string('[', 2_000_000))),
        new("manifest-numbers", f => ManifestAsync(f, """{"schemaVersion":""" + new string('9', 4_000_000) + "}")),
        new("manifest-layers", f => ManifestAsync(f, $$"""{"schemaVersion":2,"config":{{Descriptor}},"layers":[{{string.Join(',', Enumerable.Repeat(Descriptor, 24_000))}}]}""")),
        new("deb-ar-size", f => PackageAsync(f, [.. "!<arch>\n"u8, .. Deb.Header("data.tar.xz", "9999999999")])),
        new("deb-data-gzip", f => PackageAsync(f, Deb.Of(File.ReadAllBytes(Packed(f, Compression.Gzip, Zeros("big", '0', Gibibyte))), Compression.None).ToArray(), rename: ".gz")),
        new("deb-data-zstd", f => PackageAsync(f, Deb.Of(File.ReadAllBytes(Packed(f, Compression.Zstd, Zeros("big", '0', Gibibyte))), Compression.None).ToArray(), rename: ".zst")),
        new("deb-data-xz", async f => await PackageAsync(f, Deb.Ar(("control.tar.gz", Deb.ControlTar(Deb.Control)), ("data.tar.xz", await XzAsync(f, Zeros("big", '0', Gibibyte)))))),
        new("deb-control-xz", async f => await PackageAsync(f, Deb.Ar(("control.tar.xz", await XzAsync(f, Zeros("./md5sums", '0', Gibibyte))), ("data.tar.gz", Packing.Pack(new RawTar().ToArray(), Compression.Gzip))))),
        new("deb-control-header", f => PackageAsync(f, Deb.Ar(("control.tar.gz", Packing.Pack(new RawTar().Add('x', "pax", size: Gibibyte).ToArray(), Compression.Gzip)), ("data.tar.gz", Packing.Pack(new RawTar().ToArray(), Compression.Gzip))))),
        new("deb-data-header", f => PackageAsync(f, Deb.Of(new RawTar().Add('x', "pax", content: new byte[48 << 20]).ToArray()))),
        new("deb-xz-dictionary", f => PackageAsync(f, Deb.Ar(("control.tar.gz", Deb.ControlTar(Deb.Control)), ("data.tar.xz", XzWithDictionary(40))))),
        new("deb-xz-dictionary-1536M", f => PackageAsync(f, Deb.Ar(("control.tar.gz", Deb.ControlTar(Deb.Control)), ("data.tar.xz", XzWithDictionary(37))))),
        new("deb-deep-paths", f => PackageAsync(f, Deb.Of(DeepPaths()))),
        new("deb-file-size", f => PackageAsync(f, Deb.Of(new RawTar().Add('0', "usr/share/ca-certificates/x.crt", size: 1L << 40).ToArray()))),
        new("packages-xz", async f => await IndexAsync(f, await XzAsync(f, s => Fill(s, Filled(1 << 20, 'x'), Gibibyte)), "Packages.xz")),
        new("packages-gz-one-line", f => IndexAsync(f, File.ReadAllBytes(Packed(f, Compression.Gzip, s => Fill(s, Filled(1 << 20, 'x'), 256 << 20))), "Packages.gz")),
        new("packages-continued", f => IndexAsync(f, File.ReadAllBytes(Packed(f, Compression.Gzip, s => { s.Write("A: b\n"u8); Fill(s, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(" x\n", 10_000))), 256 << 20); })), "Packages.gz")),
    ];

    private static string Descriptor => $$"""{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{Digest.Of("x"u8)}}","size":1}""";

    // A layer of an image, whose configuration promises the very tar that it is when it is honest.
    private static Task<Func<Task>> LayerAsync(TempFolder folder, Compression compression, Action<Stream> write, bool honest = true)
    {
        var path = Packed(folder, compression, write);
        var diffId = honest ? DiffIdOf(write) : Digest.Of("x"u8);
        return Task.FromResult<Func<Task>>(async () =>
        {
            await using var blob = File.OpenRead(path);
            await ReadAsync(blob, compression, diffId);
        });
    }

    private static Task<Func<Task>> BlobAsync(TempFolder folder, Compression compression, byte[] blob) =>
        Task.FromResult<Func<Task>>(() => ReadAsync(new MemoryStream(blob), compression, Digest.Of("x"u8)));

    private static Task ReadAsync(Stream blob, Compression compression, Digest diffId) =>
        LayerReader.ReadAsync(blob, compression, diffId, (_, _) => ValueTask.CompletedTask, default);

    private static Task<Func<Task>> UsersAsync(TempFolder folder, Action<Stream> write)
    {
        var path = Packed(folder, Compression.Gzip, write);
        var diffId = DiffIdOf(write);
        var store = new LocalContentStore(folder["store"]);
        var bytes = File.ReadAllBytes(path);
        var layer = new Layer
        {
            DiffId = diffId, CreatedBy = "", Blob = HostileImage.Put(folder["layout"], MediaTypes.OciLayerGzip, bytes), Origin = new LayerOrigin(new ImageLayout(folder["layout"])),
        };
        return Task.FromResult<Func<Task>>(async () =>
        {
            await using (store) await new ImageUsers(store, new LayerMaterializer(store, new KeyLocks(folder["locks"]), null)).ResolveAsync("app", new LayerChain([layer]), default);
        });
    }

    private static Task<Func<Task>> LayoutIndexAsync(TempFolder folder)
    {
        folder.Write("layout/index.json", "");
        using (var file = File.OpenWrite(folder["layout/index.json"])) file.SetLength(8 * Gibibyte);
        return Task.FromResult<Func<Task>>(() => new ImageLayout(folder["layout"]).FindImageAsync(null, default));
    }

    private static Task<Func<Task>> ArchiveIndexAsync(TempFolder folder) => ArchiveAsync(folder, s =>
    {
        s.Write(RawTar.Header('0', "index.json", size: 8 * Gibibyte));
        s.SetLength(9 * Gibibyte);
    });

    private static Task<Func<Task>> ArchiveAsync(TempFolder folder, Action<FileStream> write)
    {
        using (var file = File.Create(folder["a.tar"])) write(file);
        return Task.FromResult<Func<Task>>(async () => (await ImageArchive.OpenAsync(folder["a.tar"], default)).ReadIndex());
    }

    private static Task<Func<Task>> ManifestAsync(TempFolder folder, string text)
    {
        var manifest = HostileImage.Put(folder["layout"], MediaTypes.OciManifest, Encoding.UTF8.GetBytes(text));
        return Task.FromResult<Func<Task>>(() => ImageResolution.ResolveAsync(new ImageLayout(folder["layout"]), manifest, Platform.LinuxAmd64, default));
    }

    // 'rename' names the compression that the data, given packed, has.
    private static Task<Func<Task>> PackageAsync(TempFolder folder, byte[] deb, string? rename = null)
    {
        if (rename is not null)
        {
            var at = deb.AsSpan().IndexOf(Encoding.ASCII.GetBytes("data.tar        "));
            Encoding.ASCII.GetBytes($"data.tar{rename}".PadRight(16)).CopyTo(deb.AsSpan(at));
        }
        var bed = new PackageBed(folder.Path);
        return Task.FromResult<Func<Task>>(async () =>
        {
            using (bed) await bed.ComposeAsync((Deb.Name, deb));
        });
    }

    private static Task<Func<Task>> IndexAsync(TempFolder folder, byte[] index, string name)
    {
        var bed = new PackageBed(folder.Path);
        var request = SignedSuite.Serve(bed, folder.Path, index, name);
        return Task.FromResult<Func<Task>>(async () =>
        {
            using (bed) await bed.ComposeAsync(request);
        });
    }

    private static string Packed(TempFolder folder, Compression compression, Action<Stream> write)
    {
        var path = folder["packed"];
        using var file = File.Create(path);
        using var packed = Packing.Open(file, compression);
        write(packed);
        return path;
    }

    private static Digest DiffIdOf(Action<Stream> write)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)) write(stream);
        return Digest.FromSha256(hash.Hash!);
    }

    private static async Task<byte[]> XzAsync(TempFolder folder, Action<Stream> write)
    {
        using (var file = File.Create(folder["plain"])) write(file);
        (await Command.RunAsync("xz", ["-0", folder["plain"]])).Succeeded();
        return File.ReadAllBytes(folder["plain.xz"]);
    }

    private static Action<Stream> Zeros(string name, char type, long size) => stream =>
    {
        stream.Write(RawTar.Header(type, name, size: size));
        Fill(stream, new byte[1 << 20], (size + 511) / 512 * 512);
        stream.Write(new byte[1024]);
    };

    private static void Fill(Stream stream, byte[] block, long length)
    {
        for (var written = 0L; written < length; written += block.Length) stream.Write(block, 0, (int)Math.Min(block.Length, length - written));
    }

    // A header, and room behind it that costs no disk.
    private static void Fill(FileStream file, byte[] header)
    {
        file.Write(header);
        file.SetLength(3 * Gibibyte);
    }

    private static void Repeat(Stream stream, byte[] block, int times)
    {
        var many = Enumerable.Repeat(block, 1000).SelectMany(b => b).ToArray();
        for (var i = 0; i < times; i += 1000) stream.Write(many);
    }

    private static byte[] Nested(int depth)
    {
        var plain = new MemoryStream();
        using (var gzip = Packing.Open(plain, Compression.Gzip)) Fill(gzip, new byte[1 << 20], 256 << 20);
        var bytes = plain.ToArray();
        for (var i = 1; i < depth; i++) bytes = Packing.Pack(bytes, Compression.Gzip);
        return bytes;
    }

    // GNU's old form: the map of one piece at the far end, the real size behind it.
    private static byte[] Sparse()
    {
        var header = RawTar.Header('S', "big", size: 512);
        Encoding.ASCII.GetBytes("77777777777\0" + "00000001000\0").CopyTo(header.AsSpan(386));
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(header.AsSpan(483));
        RawTar.Sum(header);
        return [.. header, .. new byte[512 + 1024]];
    }

    private static void DockerDocuments(FileStream file)
    {
        var tar = new RawTar().File("manifest.json", "[" + string.Join(',', Enumerable.Range(0, 900).Select(i => $$"""{"Config":"{{i}}","Layers":[]}""")) + "]");
        file.Write(tar.ToArray()[..^1024]);
        for (var i = 0; i < 40; i++)
            file.Write(new RawTar().File($"{i}", $$"""{"os":"linux","architecture":"amd64","x":"{{new string((char)('a' + i % 26), 4_000_000)}}{{i}}"}""").ToArray()[..^1024]);
    }

    private static byte[] DeepPaths()
    {
        var tar = new RawTar();
        for (var i = 0; i < 5000; i++) tar.File($"{i}/{string.Join('/', Enumerable.Repeat("a", 1900))}", "");
        return tar.ToArray();
    }

    private static byte[] Filled(int length, char with)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)with);
        return bytes;
    }

    // A stream header and the header of a block whose dictionary is as large as the property says (xz file format 1.0.4, 5.3.1).
    private static byte[] XzWithDictionary(byte property)
    {
        byte[] flags = [0, 1];
        byte[] block = [2, 0, 0x21, 1, property, 0, 0, 0];
        return [0xfd, .. "7zXZ\0"u8, .. flags, .. Crc(flags), .. block, .. Crc(block), 1, 0xff, 0xff, .. new byte[1 << 16]];
    }

    private static byte[] Crc(byte[] bytes) => System.IO.Hashing.Crc32.Hash(bytes);
}
