using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Packages;

/// <summary>Packages and indexes that somebody made to hurt whoever composes of them.</summary>
public sealed class HostilePackageTests : IDisposable
{
    private readonly TempFolder _folder = new("hostile");
    private int _number;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public void C1_C9_C11_Breakouts_AreRefusedOrStayWithinTheTree(Compression compression)
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root))
        {
            var error = Record.Exception(() => AssertSound(Compose([.. breakout.Layers.Select(l => Deb.Of(l, compression))])));
            Assert.True(error is null or PackageException, $"{breakout.Name}: {error}");
        }
        Assert.True(sentinel.IsIntact);
    }

    [Fact]
    public void C1_FileBelowALink_IsRefused()
    {
        AssertRefused(Deb.Of(new RawTar().Link("opt", "/etc").File("opt/passwd", "x").ToArray()));
        AssertRefused([Deb.Of(new RawTar().Link("opt", "/etc").ToArray()), Deb.Of(new RawTar().File("opt/passwd", "x").ToArray())]);
        // What a merged /usr moves is looked at where it arrives.
        AssertRefused(Deb.Of(new RawTar().Link("bin", "/etc").File("usr/bin/x", "x").ToArray()));
    }

    [Theory]
    [InlineData("../../../etc/cron.d/x")]
    [InlineData("Evil")]
    [InlineData("other")]
    [InlineData("")]
    [InlineData(".")]
    public void C8_PackageThatCallsItselfOtherwise_IsRefused(string name) =>
        AssertRefused(Deb.Of(new RawTar().ToArray(), control: $"Package: {name}\nVersion: 1\nArchitecture: amd64\nMulti-Arch: same\n"));

    [Theory]
    [InlineData("../../../../etc/x")]
    [InlineData("a/b")]
    [InlineData("")]
    public void C8_ArchitectureThatIsAPath_IsRefused(string architecture) =>
        AssertRefused(Deb.Of(new RawTar().ToArray(), control: $"Package: evil\nVersion: 1\nArchitecture: {architecture}\nMulti-Arch: same\n"));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("# only a comment\n")]
    [InlineData(" a continuation of nothing\n")]
    public void D6_EmptyControl_IsRefused(string control) => AssertRefused(Deb.Of(new RawTar().ToArray(), control: control));

    [Theory]
    [InlineData(".wh.passwd")]
    [InlineData("etc/.wh..wh..opq")]
    [InlineData(".wh.etc/x")]
    public void C1_RemovalInAPackage_IsRefused(string name) => AssertRefused(Deb.Of(new RawTar().File(name, "").ToArray()));

    [Theory]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    [InlineData('S')]
    public void C13_SpecialFile_IsRefused(char type) => AssertRefused(Deb.Of(new RawTar().Add(type, "dev/x").ToArray()));

    [Fact]
    public void C13_ModeOfManyBits_IsCutToPermissions() =>
        Assert.Equal(0b111_111_111_111, Assert.Single(Compose([Deb.Of(new RawTar().Add('0', "x", mode: 0b1_111_111_111_111_111).ToArray())])).Mode);

    [Theory]
    [InlineData("9999999999")]
    [InlineData("-1")]
    [InlineData("0x10")]
    [InlineData("")]
    [InlineData("1000")]
    [InlineData("99999999999999")]
    public void C5_ArSizeThatIsAbsurd_IsRefused(string size)
    {
        byte[] deb = [.. "!<arch>\n"u8, .. Deb.Header("debian-binary", "0"), .. Deb.Header("data.tar.gz", size)[..60], .. new byte[100]];
        AssertRefused(deb);
        AssertRefused([.. "!<arch>\n"u8, .. Deb.Header("control.tar.xz", size)[..60], .. new byte[100]]);
    }

    [Fact]
    public void C6_PackageCutAnywhere_IsRefused()
    {
        var noise = new byte[20_000];
        new Random(6).NextBytes(noise);
        foreach (var compression in Enum.GetValues<Compression>())
        {
            var deb = Deb.Of(new RawTar().Folder("opt").Add('0', "opt/noise", content: noise).ToArray(), compression);
            var random = new Random(7);
            for (var i = 0; i < 100; i++) AssertRefused(deb[..random.Next(deb.Length - 1)]);
        }
    }

    [Fact]
    public void C7_TwoControlsOrTwoSetsOfData_AreRefused()
    {
        var data = Packing.Pack(new RawTar().ToArray(), Compression.Gzip);
        var control = Deb.ControlTar(Deb.Control);
        AssertRefused(Deb.Ar(("control.tar.gz", control), ("control.tar.gz", control), ("data.tar.gz", data)));
        AssertRefused(Deb.Ar(("control.tar.gz", control), ("data.tar.gz", data), ("data.tar.gz", data)));
    }

    [Fact]
    public void C5_PathThatIsTooDeep_IsRefused()
    {
        AssertRefused(Deb.Of(new RawTar().File(string.Join('/', Enumerable.Repeat("a", 5000)), "x").ToArray()));
        var many = new RawTar();
        for (var i = 0; i < 200; i++) many.File($"{i}/{string.Join('/', Enumerable.Repeat("a", 100))}/x", "");
        AssertRefused(Deb.Of(many.ToArray()));
    }

    [Fact]
    public void C5_FileLargerThanItsArchive_IsRefused()
    {
        AssertRefused(Deb.Of(new RawTar().Add('0', "x", size: 1L << 62).ToArray()));
        AssertRefused(Deb.Of(new RawTar().Add('0', "x", size: 1L << 20).ToArray()));
    }

    [Fact]
    public void C4_ManyNamesOfOneFile_AreLinksToTheFirstByName()
    {
        var tar = new RawTar().File("m", "x");
        foreach (var name in "zyxkabc") tar.HardLink($"{name}", name is 'k' ? "z" : "m");
        var tree = Compose([Deb.Of(tar.ToArray())]);
        Assert.Equal(["a", "b", "c", "k", "m", "x", "y", "z"], tree.Select(e => e.Path));
        Assert.Equal(TreeEntryType.File, tree[0].Type);
        Assert.All(tree.Skip(1), e => Assert.Equal((TreeEntryType.HardLink, "a"), (e.Type, e.Link)));
    }

    [Fact]
    public void D6_CertificateThatIsNone_IsRefused()
    {
        foreach (var content in new[] { "", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n" })
            AssertRefused(Deb.Of(new RawTar().Folder("usr").File("usr/share/ca-certificates/x.crt", content).ToArray()));
    }

    [Fact]
    public void D6_MutatedPackages_FailOnlyInWordsOfOurs()
    {
        var deb = Deb.Of(new RawTar().Folder("opt").File("opt/a", "hello").HardLink("opt/b", "opt/a").Link("opt/c", "a").ToArray(), Compression.None);
        var random = new Random(66);
        for (var i = 0; i < 2_000; i++)
        {
            var mutated = (byte[])deb.Clone();
            for (var flips = random.Next(1, 5); flips > 0; flips--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            var error = Record.Exception(() => Compose([mutated]));
            Assert.True(error is null or PackageException, $"{error}");
        }
    }

    [Theory]
    [InlineData("evil\nother", "1")]
    [InlineData("../evil", "1")]
    [InlineData("evil 1 0", "1")]
    [InlineData("evil", "1 2\n3")]
    [InlineData("evil", "")]
    public async Task D6_LockFileWithNamesThatAreNone_IsRefused(string name, string version)
    {
        using var bed = new PackageBed(_folder.Path);
        File.WriteAllBytes(_folder["lock.json"], PackageBed.Lock([Deb.Name], [(name, version, [])]));
        await AssertUnreadableLockAsync(bed);
    }

    [Theory]
    [InlineData("""{"distribution":"debian/bookworm","distribution":"debian/bookworm","architectures":{}}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":{"amd64":{"requested":["evil"],"releases":{},"packages":[]},"amd64":{"requested":["evil"],"releases":{},"packages":[]}}}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":null}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":{"amd64":null}}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":{"amd64":{}}}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":{"amd64":{"requested":["evil"],"releases":{},"packages":[null]}}}""")]
    [InlineData("""{"distribution":"debian/bookworm","architectures":{"amd64":{"requested":["evil"],"releases":{},"packages":[{"suite":"x","package":null}]}}}""")]
    [InlineData("""{"distribution":null}""")]
    public async Task C7_LockFileThatSaysThingsTwiceOrNot_IsRefused(string text)
    {
        using var bed = new PackageBed(_folder.Path);
        _folder.Write("lock.json", text);
        await AssertUnreadableLockAsync(bed);
    }

    [Fact]
    public async Task Compose_SoundPackage_IsComposed()
    {
        using var bed = new PackageBed(_folder.Path);
        Assert.Equal("evil", Assert.Single((await bed.ComposeAsync((Deb.Name, Deb.Of(new RawTar().File("opt/x", "x").ToArray())))).Packages).Name);
    }

    [Theory]
    [InlineData("Packages.gz", true, true)]
    [InlineData("Packages.gz", false, false)]
    [InlineData("Packages", true, true)]
    public async Task C6_IndexThatUnpacksToSomethingElse_IsRefused(string name, bool honest, bool good)
    {
        using var bed = new PackageBed(_folder.Path);
        var deb = Deb.Of(new RawTar().File("opt/x", "x").ToArray());
        bed.Serve("pool/evil.deb", deb);
        var text = string.Join('\n', new[] { "evil", "base-files", "libc6" }.Select(n =>
            $"Package: {n}\nVersion: 1\nArchitecture: amd64\nFilename: pool/{n}.deb\nSize: {deb.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(deb))}\n"));
        var plain = Encoding.UTF8.GetBytes(text);
        var promised = honest ? plain : [.. plain, .. "\nPackage: more\n"u8];
        var index = name == "Packages" ? plain : Packing.Pack(plain, Compression.Gzip);
        var promises = name == "Packages" ? [] : new[] { ("Packages", Convert.ToHexStringLower(SHA256.HashData(promised)), (long)promised.Length) };
        var request = SignedSuite.Serve(bed, _folder.Path, index, name, promises);
        var error = await Assert.ThrowsAsync<PackageException>(() => bed.ComposeAsync(request));
        // The honest index leads on to the packages, of which two are not what their names say.
        Assert.Equal(!good, error.Code == PackageException.Mismatch);
    }

    [Fact]
    public async Task C6_TruncatedIndex_IsRefused()
    {
        using var bed = new PackageBed(_folder.Path);
        var plain = Encoding.UTF8.GetBytes("Package: evil\nVersion: 1\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"X-{i}: {i * 7919}\n")));
        var index = Packing.Pack(plain, Compression.Gzip);
        var request = SignedSuite.Serve(bed, _folder.Path, index[..(index.Length / 2)], "Packages.gz", ("Packages", Convert.ToHexStringLower(SHA256.HashData(plain)), plain.Length));
        Assert.Equal(PackageException.Mismatch, (await Assert.ThrowsAsync<PackageException>(() => bed.ComposeAsync(request))).Code);
    }

    [Theory]
    [InlineData("[null,null,null]")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("[{\"mediaType\":\"a\",\"digest\":\"sha256:../../x\",\"size\":1},null,null]")]
    public async Task D6_RecordOfACompositionThatIsNone_IsAMiss(string record)
    {
        var index = new OneRecord(Encoding.UTF8.GetBytes(record));
        await using var store = new LocalContentStore(_folder["store"]);
        Assert.Null(await new CompositionCache(index, store).FindAsync(Digest.Of("x"u8), default));
    }

    private static void AssertSound(IReadOnlyList<TreeEntry> tree)
    {
        var folders = tree.Where(e => e.Type == TreeEntryType.Directory).Select(e => e.Path).ToHashSet();
        var seen = new HashSet<string>();
        foreach (var entry in tree)
        {
            var parts = entry.Path.Split('/');
            Assert.DoesNotContain(parts, p => p is ".." or "." or "" || p.StartsWith(".wh.", StringComparison.Ordinal));
            Assert.True(parts.Length == 1 || folders.Contains(string.Join('/', parts[..^1])), entry.Path);
            if (entry.Type == TreeEntryType.HardLink) Assert.Contains(entry.Link!, seen);
            Assert.True(seen.Add(entry.Path));
        }
    }

    private List<TreeEntry> Compose(IReadOnlyList<byte[]> packages)
    {
        var tree = new PackageTree(null, excludeDocs: false);
        foreach (var package in packages) tree.Add(DebFile.Open(new MemoryStream(package), Deb.Name, _folder[$"{_number++}.tar"]));
        CertificateBundle.Write(tree);
        return [.. tree.Finish()];
    }

    private void AssertRefused(byte[] package) => AssertRefused([package]);

    private void AssertRefused(IReadOnlyList<byte[]> packages) => Assert.Equal("MBK1609", Assert.Throws<PackageException>(() => Compose(packages)).Code);

    private async Task AssertUnreadableLockAsync(PackageBed bed)
    {
        var request = new CompositionRequest { Distribution = "debian/bookworm", Platform = Platform.LinuxAmd64, Packages = [Deb.Name], LockFile = _folder["lock.json"] };
        Assert.Equal("MBK1612", (await Assert.ThrowsAsync<PackageException>(() => bed.ComposeAsync(request))).Code);
    }

    private sealed class OneRecord(byte[] record) : MsBuildKit.Engine.Solving.ICacheIndex
    {
        public ValueTask<byte[]?> FindAsync(Digest key, CancellationToken cancellationToken) => new(record);

        public ValueTask SaveAsync(Digest key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) => default;
    }
}
