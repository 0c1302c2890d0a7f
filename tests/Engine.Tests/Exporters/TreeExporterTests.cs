using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.Engine.Tests.Snapshots.Linux;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed partial class TreeExporterTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    // Each is the layers of an image, from the bottom up.
    private static readonly Dictionary<string, Func<RawTar[]>> s_images = new()
    {
        ["files, links, modes and owners"] = () => [new RawTar().Folder("a").File("a/one", "1").Link("a/link", "one").HardLink("a/two", "a/one").Add('0', "tool", content: [1, 2], mode: 0b100_111_101_101).Add('6', "pipe").Link("dangling", "/not/there")],
        ["removed"] = () => [new RawTar().Folder("a").File("a/x", "x").File("a/y", "y").File("z", "z"), new RawTar().File("a/.wh.x", "").File(".wh.z", "").File(".wh.never", "")],
        ["a directory removed and made anew, after and before"] = () =>
            [new RawTar().Folder("a").File("a/x", "x").Folder("b").File("b/x", "x"), new RawTar().File(".wh.a", "").Folder("a").File("a/new", "n").Folder("b").File("b/new", "n").File(".wh.b", "")],
        ["opaque, before and after what it has"] = () =>
            [new RawTar().Folder("a").File("a/x", "x").Folder("a/deep").File("a/deep/x", "x"), new RawTar().File("a/early", "e").File("a/deep/early", "e").File("a/.wh..wh..opq", "").File("a/late", "l")],
        ["other kinds"] = () =>
            [new RawTar().Folder("d").File("d/x", "x").File("f", "f").Link("l", "f").Folder("to-link").File("to-link/x", "x"), new RawTar().File("d", "now a file").Folder("f").File("f/x", "x").File("l", "now a file").Link("to-link", "d")],
        ["a directory described anew"] = () => [new RawTar().Add('5', "d", mode: 0b111_000_000).File("d/x", "x"), new RawTar().Add('5', "d", mode: 0b001_111_111_111)],
        ["parents that are links"] = () =>
            [new RawTar().Folder("usr").Folder("usr/lib").Link("lib", "usr/lib").Link("abs", "/usr/lib").Link("up", "../../../usr").Link("chain", "lib"), new RawTar().File("lib/a", "a").File("abs/b", "b").File("up/c", "c").File("chain/d", "d").File("chain/.wh.a", "")],
        ["implied parents"] = () => [new RawTar().File("x/y/z", "z"), new RawTar().File("x", "a file now"), new RawTar().File("x/y", "a directory again")],
        ["second names in other layers"] = () =>
            [new RawTar().File("one", "1").HardLink("two", "one"), new RawTar().HardLink("three", "two").File("one", "replaced"), new RawTar().File(".wh.two", "").HardLink("one", "one")],
        ["a second name outlives the first"] = () => [new RawTar().File("b", "kept").HardLink("a", "b").HardLink("c", "b"), new RawTar().File(".wh.b", "")],
        ["long names"] = () => [new RawTar().File(new string('n', 150) + "/" + new string('m', 200), "long").Link("l", new string('t', 180))],
        ["the root described"] = () => [new RawTar().Add('5', "./", mode: 0b111_101_101).File("x", "x")],
    };

    public static TheoryData<string> Images => [.. s_images.Keys];

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory, MemberData(nameof(Images))]
    public Task WriteTar_LayersOnTopOfEachOther_AreTheTreeThatAnOverlayShows(string image) => InsideProcess.RunAsync(true, CompareAsync, argument: image);

    [Theory, MemberData(nameof(Images))]
    public async Task WriteFolder_SameImage_HasTheSameFilesAsTheTar(string image)
    {
        var made = await MakeAsync(s_images[image]().Select(t => t.ToArray()));
        await Exporter.WriteTarAsync(made, _bench.Folder["a.tar"], default);

        var files = await Exporter.WriteFolderAsync(made, _bench.Folder["folder"], default);

        Directory.CreateDirectory(_bench.Folder["tar"]);
        (await Command.RunAsync("tar", ["-xpf", _bench.Folder["a.tar"], "--no-same-owner", "-C", _bench.Folder["tar"]])).Succeeded();
        Assert.Equal(await ShowAsync(_bench.Folder["tar"]), await ShowAsync(_bench.Folder["folder"]));
        var found = await Trees.ShellAsync(_bench.Folder["folder"], "find . -type f -printf '%P\\n'");
        Assert.Equal(found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(f => _bench.Folder["folder/" + f]).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WriteTar_Twice_GivesTheSameBytes()
    {
        var image = await MakeAsync(s_images["second names in other layers"]().Select(t => t.ToArray()));
        await Exporter.WriteTarAsync(image, _bench.Folder["one.tar"], default);
        await Exporter.WriteTarAsync(image, _bench.Folder["two.tar"], default);
        Assert.Equal(File.ReadAllBytes(_bench.Folder["one.tar"]), File.ReadAllBytes(_bench.Folder["two.tar"]));
    }

    [Fact]
    public async Task WriteFolder_OtherFilesThere_Stay()
    {
        _bench.Folder.Write("out/mine", "mine");
        _bench.Folder.Write("out/a/one", "old");
        await Exporter.WriteFolderAsync(await MakeAsync([new RawTar().Folder("a").File("a/one", "1").Link("a/link", "one").ToArray()]), _bench.Output, default);
        Assert.Equal(("mine", "1", "one"), (File.ReadAllText(_bench.Folder["out/mine"]), File.ReadAllText(_bench.Folder["out/a/one"]), new FileInfo(_bench.Folder["out/a/link"]).LinkTarget));
        Assert.Equal(2, Directory.GetFileSystemEntries(_bench.Output).Length);
    }

    [Theory]
    [InlineData("a link", "ln -s ../outside out/a")]
    [InlineData("a dangling link", "ln -s nowhere out/a")]
    [InlineData("a file", "echo > out/a")]
    [InlineData("a directory", "mkdir -p out/a/file")]
    public async Task WriteFolder_SomethingElseInTheWay_IsRefusedAndNotFollowed(string what, string script)
    {
        _bench.Folder.Write("outside/file", "untouched");
        await Trees.ShellAsync(_bench.Folder.Path, $"mkdir out; {script}");
        var e = await Assert.ThrowsAsync<ExportException>(async () => await Exporter.WriteFolderAsync(await MakeAsync([new RawTar().Folder("a").File("a/file", "1").ToArray()]), _bench.Output, default));
        Assert.Equal("MBK2205", e.Code);
        Assert.Contains(what.EndsWith("directory", StringComparison.Ordinal) ? "out/a/file'" : "out/a'", e.Message, StringComparison.Ordinal);
        Assert.Equal("untouched", File.ReadAllText(_bench.Folder["outside/file"]));
    }

    [Fact]
    public async Task WriteFolder_SetuidProgramAndDevice_AreNeitherMadeSo()
    {
        var image = await MakeAsync([new RawTar().Add('0', "tool", content: [1], mode: 0b110_111_101_101).Add('3', "device").Add('6', "pipe").ToArray()]);
        await Exporter.WriteFolderAsync(image, _bench.Output, default);
        Assert.Equal(["tool"], Directory.GetFileSystemEntries(_bench.Output).Select(Path.GetFileName));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(_bench.Folder["out/tool"]));
    }

    [Fact]
    public async Task WriteFolder_SecondNameOfALink_IsALinkAndNotWhatTheHostHasThere()
    {
        var secret = _bench.Folder.Write("secret", "the host's");
        await Exporter.WriteFolderAsync(await MakeAsync([new RawTar().Link("a", secret).HardLink("b", "a").ToArray()]), _bench.Output, default);
        Assert.Equal([secret, secret], new[] { "a", "b" }.Select(n => new FileInfo(Path.Combine(_bench.Output, n)).LinkTarget));
    }

    [Fact]
    public async Task WriteTar_SeveralPlatforms_HaveAFolderEach()
    {
        var one = await MakeAsync([new RawTar().File("x", "amd64").HardLink("y", "x").ToArray()]);
        var two = await MakeAsync([new RawTar().File("x", "arm64").ToArray()], new Platform { Os = "linux", Architecture = "arm64", Variant = "v8" });
        await Exporter.WriteTarAsync([.. one, .. two], _bench.Folder["a.tar"], default);
        var list = (await Command.RunAsync("tar", ["-tf", _bench.Folder["a.tar"]])).Succeeded().Output;
        Assert.Equal(["linux_amd64/", "linux_amd64/x", "linux_amd64/y", "linux_arm64_v8/", "linux_arm64_v8/x"], list.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await Trees.ShellAsync(_bench.Folder.Path, "mkdir un; tar -xf a.tar -C un; cmp un/linux_amd64/x un/linux_amd64/y");
    }

    [Theory, MemberData(nameof(Images))]
    public async Task WriteTar_ToAStreamThatCannotSeek_IsTheTarThatAFileHas(string image)
    {
        var made = await MakeAsync(s_images[image]().Select(t => t.ToArray()));
        await Exporter.WriteTarAsync(made, _bench.Folder["a.tar"], default);
        using var bytes = new MemoryStream();
        await using (var onward = PipeWriter.Create(bytes, new StreamPipeWriterOptions(leaveOpen: true)).AsStream()) await Exporter.WriteTarAsync(made, onward, default);
        Assert.Equal(File.ReadAllBytes(_bench.Folder["a.tar"]), bytes.ToArray());
        Assert.Empty(Directory.GetFiles(_bench.Folder["store/ingest"]));
    }

    [Theory, MemberData(nameof(Images))]
    public async Task Open_Tree_ReadsAsTheTarInAnyOrder(string image)
    {
        var made = await MakeAsync(s_images[image]().Select(t => t.ToArray()));
        await Exporter.WriteTarAsync(made, _bench.Folder["a.tar"], default);
        await using var tree = await Exporter.OpenAsync(made, default);
        Assert.Equal(tree.Entries.Select(e => e.Path).Order(NameOrder.Instance), tree.Entries.Select(e => e.Path));
        var expected = new List<string>();
        await using (var tar = File.OpenRead(_bench.Folder["a.tar"]))
            await TarEntries.ReadAsync(tar, async (entry, content) => expected.Add(Show(entry, content is null ? "" : await new StreamReader(content).ReadToEndAsync())), default);
        var shown = new List<string>();
        foreach (var entry in tree.Entries.Reverse()) shown.Insert(0, Show(entry, entry.Type == TreeEntryType.File ? await ReadAsync(tree, entry) : ""));
        Assert.Equal(expected, shown);

        static string Show(TreeEntry entry, string content) => $"{entry.Type} {entry.Path} {entry.Mode} {entry.Uid}:{entry.Gid} {entry.ModifiedSeconds} {entry.Size} {entry.Link} {content}";
    }

    [Fact]
    public async Task Open_Siblings_StandBehindWhatIsInADirectory()
    {
        await using var tree = await Exporter.OpenAsync(await MakeAsync([new RawTar().File("a-b", "").Folder("a").File("a/b", "").File("a.b", "").ToArray()]), default);
        Assert.Equal(["a", "a/b", "a-b", "a.b"], tree.Entries.Select(e => e.Path));
    }

    [Fact]
    public async Task Open_SeveralPlatforms_HaveFoldersInOrderAndLinksIntoTheirOwn()
    {
        var (one, two) = (await MakeAsync([new RawTar().File("x", "1").Link("l", "/x").Link("r", "x").HardLink("y", "x").ToArray()]), await MakeAsync([new RawTar().File("x", "2").ToArray()]));
        await using var tree = await Exporter.OpenAsync([new PlatformTree("linux/arm64", two[0].Layers), one[0]], default);
        Assert.Equal(["linux_amd64", "linux_amd64/l", "linux_amd64/r", "linux_amd64/x", "linux_amd64/y", "linux_arm64", "linux_arm64/x"], tree.Entries.Select(e => e.Path));
        Assert.Equal(["/linux_amd64/x", "x", "linux_amd64/x"], tree.Entries.Select(e => e.Link).OfType<string>());
        Assert.Equal("1", await ReadAsync(tree, tree.Entries[3]));
        Assert.Equal("2", await ReadAsync(tree, tree.Entries[6]));
    }

    [Fact]
    public async Task Open_SeveralPlatformsInOnePlace_ShareDirectoriesAndNothingElse()
    {
        var exporter = new TreeExporter(_bench.Store, _bench.Layers, new TreeExportOptions { PlatformSplit = false });
        var (one, two) = (await MakeAsync([new RawTar().Folder("bin").File("bin/one", "1").ToArray()]), await MakeAsync([new RawTar().Folder("bin").File("bin/two", "2").ToArray()]));
        await using var tree = await exporter.OpenAsync([one[0], new PlatformTree("linux/arm64", two[0].Layers)], default);
        Assert.Equal(["bin", "bin/one", "bin/two"], tree.Entries.Select(e => e.Path));
        Assert.Equal("2", await ReadAsync(tree, tree.Entries[2]));
        var e = await Assert.ThrowsAsync<ExportException>(() => exporter.OpenAsync([one[0], new PlatformTree("linux/arm64", one[0].Layers)], default));
        Assert.Equal("MBK2207", e.Code);
        Assert.Contains("bin/one", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OnePlatformThatIsToHaveAFolder_HasOne()
    {
        var exporter = new TreeExporter(_bench.Store, _bench.Layers, new TreeExportOptions { PlatformSplit = true, SourceDateEpoch = 1_234 });
        await using var tree = await exporter.OpenAsync(await MakeAsync([new RawTar().File("x", "1").ToArray()]), default);
        Assert.Equal([("linux_amd64", 1_234), ("linux_amd64/x", 1_234L)], tree.Entries.Select(e => (e.Path, e.ModifiedSeconds)));
    }

    [Theory]
    [InlineData(null, "provenance.json")]
    [InlineData(true, "linux_amd64/about-provenance.json")]
    public async Task WriteFolder_Statements_ArePutBesideTheFilesThatTheyAreAbout(bool? split, string place)
    {
        var exporter = new TreeExporter(_bench.Store, _bench.Layers, new TreeExportOptions { PlatformSplit = split, AttestationPrefix = split is null ? "" : "about-", StatementSeconds = 77 });
        var made = await MakeAsync([new RawTar().Folder("a").File("a/x", "abc").HardLink("b", "a/x").Link("l", "b").File("empty", "").ToArray()]);
        await exporter.WriteFolderAsync([made[0] with { Statements = [Provenance] }], _bench.Output, default);

        var file = _bench.Folder["out/" + place];
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite, DateTime.UnixEpoch.AddSeconds(77)), (File.GetUnixFileMode(file), File.GetLastWriteTimeUtc(file)));
        var subjects = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("subject").EnumerateArray().Select(s => (s.GetProperty("name").GetString(), s.GetProperty("digest").GetProperty("sha256").GetString()));
        var abc = Digest.Of("abc"u8).Hex;
        Assert.Equal([("a/x", abc), ("b", abc), ("empty", Digest.Of(""u8).Hex)], subjects);
    }

    [Fact]
    public async Task Open_StatementsOfPlatformsInOnePlace_AreCalledAfterThem()
    {
        var exporter = new TreeExporter(_bench.Store, _bench.Layers, new TreeExportOptions { PlatformSplit = false });
        var made = await MakeAsync([new RawTar().Folder("a").ToArray()]);
        await using var tree = await exporter.OpenAsync([made[0] with { Statements = [Provenance] }, new PlatformTree("linux/arm64", made[0].Layers) { Statements = [Provenance] }], default);
        Assert.Equal(["a", "provenance.linux_amd64.json", "provenance.linux_arm64.json"], tree.Entries.Select(e => e.Path));
        Assert.Contains("\n  \"subject\": []", await ReadAsync(tree, tree.Entries[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteTar_StatementWhereAFileIs_IsRefused()
    {
        var made = await MakeAsync([new RawTar().File("provenance.json", "mine").ToArray()]);
        var e = await Assert.ThrowsAsync<ExportException>(() => Exporter.WriteTarAsync([made[0] with { Statements = [Provenance] }], _bench.Folder["a.tar"], default));
        Assert.Equal("MBK2207", e.Code);
    }

    [Theory]
    [InlineData("a/.wh.x/y", "below a whiteout")]
    [InlineData(".wh.", "removes what is no name")]
    [InlineData("circle/x", "leads to no directory")]
    public async Task WriteTar_EntryWithoutAPlace_IsRefusedAndNothingIsLeft(string name, string why)
    {
        var image = await MakeAsync([new RawTar().Link("circle", "circle").File(name, "").ToArray()]);
        var e = await Assert.ThrowsAsync<SnapshotException>(() => Exporter.WriteTarAsync(image, _bench.Folder["a.tar"], default));
        Assert.Equal("MBK1503", e.Code);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_bench.Folder.Path, "a.tar*"));
    }

    private static StatementFile Provenance { get; } = new("provenance.json", subjects => InTotoStatement.WriteForFiles(new Predicate("https://slsa.dev/provenance/v1", "{}"u8.ToArray()), subjects.Select(s => (s.Path, s.Digest))));

    private static async Task<string> ReadAsync(ExportedTree tree, TreeEntry entry)
    {
        await using var content = await tree.OpenAsync(entry, default);
        return await new StreamReader(content).ReadToEndAsync();
    }

    private TreeExporter Exporter => new(_bench.Store, _bench.Layers);

    private Task<IReadOnlyList<PlatformTree>> MakeAsync(IEnumerable<byte[]> layers, Platform? platform = null) => MakeAsync(_bench.Store, layers, platform);

    private static async Task<IReadOnlyList<PlatformTree>> MakeAsync(LocalContentStore store, IEnumerable<byte[]> layers, Platform? platform = null)
    {
        var chain = new List<Layer>();
        foreach (var tar in layers)
        {
            await using var ingest = store.BeginIngest();
            await ingest.WriteAsync(tar, default);
            var digest = await ingest.CommitAsync(null, tar.Length, default);
            chain.Add(new Layer { DiffId = digest, CreatedBy = "test", Blob = new Descriptor { MediaType = MediaTypes.Layer(Compression.None), Digest = digest, Size = tar.Length } });
        }
        var assembler = new ImageAssembler(store, ExportBench.Options());
        var manifest = await assembler.AssembleAsync(new PlatformImage(platform ?? Platform.LinuxAmd64, ExportBench.Config(), new LayerChain(chain)), default);
        return PlatformTree.Of(await assembler.CompleteAsync([(manifest, [])], default));
    }

    private static async Task CompareAsync(string folder)
    {
        var layers = s_images[InsideProcess.ReadArgument()]().Select(t => t.ToArray()).ToList();
        await using var store = new LocalContentStore(Path.Combine(folder, "store"));
        await new TreeExporter(store, new LayerMaterializer(store, new KeyLocks(Path.Combine(folder, "locks")), null)).WriteTarAsync(await MakeAsync(store, layers), Path.Combine(folder, "a.tar"), default);
        var unpacked = Directory.CreateDirectory(Path.Combine(folder, "unpacked")).FullName;
        (await Command.RunAsync("tar", ["-xpf", Path.Combine(folder, "a.tar"), "--numeric-owner", "-C", unpacked])).Succeeded();

        var lowers = await Trees.ApplyAsync(folder, layers);

        Assert.Equal(Owners().Replace(Counted(await Trees.ShowAsync(folder, lowers)), m => $"|{Unshift(m.Groups[1])}:{Unshift(m.Groups[2])}|"), Counted(await Trees.ShowAsync(unpacked)));
    }

    private static string Unshift(Group id) => (int.Parse(id.Value, CultureInfo.InvariantCulture) - Trees.Shift).ToString(CultureInfo.InvariantCulture);

    // An overlay counts the names that a file has on disk, not those that can be seen; so what has one may be called the same as itself.
    private static string Counted(string shown) => Names().Replace(shown, "");

    // Without owners, second names and what a folder of the caller's does not get.
    private static Task<string> ShowAsync(string directory) => Trees.ShellAsync(directory, """
        find . -mindepth 1 \( -type d -printf '%P|d|%m|%Ts\n' \) -o \( -type l -printf '%P|l|%l\n' \) -o \( -type f -printf '%P|%Ts|%s|' -exec sh -c 'printf %o $((0$(stat -c %a "$1") & 0777)); sha256sum < "$1"' - {} \; \) | sort
        """);

    [GeneratedRegex(@"\|(\d+):(\d+)\|")]
    private static partial Regex Owners();

    [GeneratedRegex(@"(?<=\|\d+)\|\d+$|^(.+) is \1\n", RegexOptions.Multiline)]
    private static partial Regex Names();
}
