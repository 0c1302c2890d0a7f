namespace MsBuildKit.TestKit.Archives;

/// <summary>The games that hostile layers play with links, removals and names: each one that is known, and as many that chance makes.</summary>
/// <remarks>The ideas are those that containerd's tests of unpacking try; the words and the tars are ours. All of them aim at
/// <c>canary</c> in a folder outside, whose <c>etc/passwd</c> has a user <c>app</c> with the number <see cref="StolenId"/>.</remarks>
public static class Breakouts
{
    /// <summary>Whoever resolves the user 'app' to this number has read a file of the machine.</summary>
    public const int StolenId = 424242;

    public const int Generated = 200;

    private const string Passwd = "root:x:0:0::/:\napp:x:1000:1000::/:\n";

    /// <summary>All of them, aiming at the folder <paramref name="outside"/>.</summary>
    public static IReadOnlyList<Breakout> All(string outside) =>
        [.. Known(outside), .. Enumerable.Range(1, Generated).Select(seed => Generate(outside, seed))];

    public static IReadOnlyList<Breakout> Known(string outside)
    {
        var climb = "../../../../../../../../../../.." + outside;
        return
        [
            Of("a link to a folder outside, written through", T().Link("etc", outside + "/etc").File("etc/passwd", Passwd)),
            Of("a link that climbs out, written through", T().Link("etc", climb + "/etc").File("etc/passwd", Passwd)),
            Of("a link to the root of the machine", T().Link("root", "/").File("root" + outside + "/canary", "x")),
            Of("a link to itself", T().Link("etc", "etc").File("etc/passwd", Passwd)),
            Of("two links in a circle", T().Link("etc", "opt").Link("opt", "etc").File("etc/passwd", Passwd)),
            Of("a chain of links that ends outside", T().Link("a", "b").Link("b", "c").Link("c", outside).File("a/canary", "x").Link("etc", "a/etc")),
            Of("a link into a folder that does not exist yet", T().Link("etc", outside + "/new/etc").File("etc/passwd", Passwd)),
            Of("a link in the middle of a path", T().Folder("a").Link("a/b", outside).File("a/b/canary", "x").Folder("a/b/made")),
            Of("a file whose folder becomes a link after it", T().Folder("etc").File("etc/passwd", Passwd).Link("etc", outside + "/etc")),
            Of("a folder that becomes a link in the next layer", T().Folder("etc").File("etc/passwd", Passwd), T().Link("etc", outside + "/etc"), T().File("etc/group", "x")),
            Of("a link that the next layer writes through", T().Link("etc", outside + "/etc"), T().File("etc/passwd", Passwd)),
            Of("a link that becomes a folder and is filled", T().Link("etc", outside + "/etc"), T().Folder("etc").File("etc/passwd", Passwd)),
            Of("a link that becomes a file", T().Link("etc/passwd", outside + "/etc/passwd"), T().File("etc/passwd", Passwd)),
            Of("the file of users is a link", T().Folder("etc").Link("etc/passwd", outside + "/etc/passwd")),
            Of("the file of users is a link that climbs", T().Folder("etc").Link("etc/passwd", "..//./" + climb + "/etc/passwd")),
            Of("a hard link to an absolute place", T().HardLink("etc/passwd", outside + "/etc/passwd")),
            Of("a hard link that climbs out", T().HardLink("etc/passwd", climb + "/etc/passwd")),
            Of("a hard link to a link that leads out", T().Link("l", outside + "/etc/passwd").HardLink("etc/passwd", "l")),
            Of("a hard link through a linked folder", T().Link("l", outside + "/etc").HardLink("etc/passwd", "l/passwd")),
            Of("a hard link to itself", T().HardLink("etc/passwd", "etc/passwd")),
            Of("a hard link to a folder", T().Folder("a").HardLink("etc", "a").File("etc/passwd", Passwd)),
            Of("a hard link to what comes later", T().HardLink("etc/passwd", "later").File("later", Passwd)),
            Of("another mode for a hard link to a link", T().Link("l", outside + "/canary").HardLink("h", "l").Add('0', "h", mode: 0b111_111_111)),
            Of("another mode for what a link leads to", T().Link("l", outside + "/canary").Add('0', "l", mode: 0b100_111_111_111).Add('5', "l", mode: 0)),
            Of("a removal through a linked folder", T().Link("l", outside).File("l/.wh.canary", "")),
            Of("a removal through a link of the layer below", T().Link("l", outside), T().File("l/.wh.canary", "").File("l/.wh..wh..opq", "")),
            Of("a removal of the folder above", T().Folder("a").File("a/.wh...", "")),
            Of("a removal of the folder itself", T().Folder("a").File("a/.wh..", "").File(".wh..", "")),
            Of("a removal without a name", T().File(".wh.", "").File("a/.wh.", "")),
            Of("a removal with slashes", T().File(".wh..." + climb + "/canary", "").File(".wh.a/b", "")),
            Of("everything below removed, outside too", T().Link("etc", outside + "/etc"), T().File("etc/.wh..wh..opq", ""), T().File(".wh..wh..opq", "").File(".wh.etc", "")),
            Of("a removal of a folder and a file in it", T().Folder("etc").File("etc/passwd", Passwd), T().File(".wh.etc", "").File("etc/passwd", Passwd)),
            Of("a name that climbs out", T().File(climb[1..] + "/canary", "x")),
            Of("a name that climbs out from inside", T().Folder("a").File("a/../../" + climb + "/canary", "x")),
            Of("an absolute name", T().File(outside + "/canary", "x").File("//" + outside + "//canary", "x")),
            Of("a name of dots", T().Folder("..").Folder(".").Folder("./").File("...", "x").Folder("a/..")),
            Of("the root itself is a link", T().Link("./", outside).Link(".", outside).Link("/", outside).File("canary", "x")),
            Of("a name with backslashes", T().File("..\\..\\canary", "x").File("C:\\canary", "x")),
            Of("a name with a zero in it", T().Pax(("path", "etc/passwd\0/../../canary")).File("a", Passwd)),
            Of("two names for one entry", T().Pax(("path", climb + "/canary")).File("etc/passwd", Passwd)),
            Of("two targets for one link", T().Pax(("linkpath", outside + "/etc/passwd")).Link("etc/passwd", "group")),
            Of("a pipe for users", T().Add('6', "etc/passwd")),
            Of("a device for users", T().Add('3', "etc/passwd").Add('4', "etc/group")),
            Of("a folder for users", T().Folder("etc/passwd").File("etc/passwd/x", Passwd)),
            Of("a sparse file for users", T().Add('S', "etc/passwd", content: [.. "app:x:0:0::/:\n"u8])),
            Of("a sparse file by records", T().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "etc/passwd"), ("GNU.sparse.realsize", "9000000000")).File("etc/GNUSparseFile.1/passwd", "0\n")),
            Of("an owner that is no number", T().Pax(("uid", "-1"), ("gid", "99999999999999999999")).File("etc/passwd", Passwd)),
            Of("a time out of this world", T().Pax(("mtime", "1e400"), ("atime", "-999999999999999999999")).File("etc/passwd", Passwd)),
        ];
    }

    private static Breakout Generate(string outside, int seed)
    {
        var random = new Random(seed);
        string[] folders = ["etc", "a", "a/b", "link", "etc/x", ".", "usr/lib", "bin"];
        string[] leaves = ["passwd", "group", "canary", "x", ".wh.canary", ".wh.passwd", ".wh..wh..opq", ".wh.a", "link", "..", "."];
        string[] targets = [outside, outside + "/etc/passwd", outside + "/etc", "../../../../../../../../.." + outside, "/", "..", ".", "etc", "link", "a/b", "etc/passwd", ""];
        var layers = new List<byte[]>();
        for (var layer = random.Next(1, 4); layer > 0; layer--)
        {
            var tar = new RawTar();
            for (var entry = random.Next(2, 8); entry > 0; entry--)
            {
                var folder = random.GetItems(folders, 1)[0];
                var name = random.Next(3) == 0 ? folder : $"{folder}/{random.GetItems(leaves, 1)[0]}";
                if (random.Next(12) == 0) name = "../" + name;
                if (random.Next(12) == 0) name = "/" + name;
                var target = random.GetItems(targets, 1)[0];
                _ = random.Next(6) switch
                {
                    0 => tar.Folder(name),
                    1 => tar.Link(name, target),
                    2 => tar.HardLink(name, target),
                    3 => tar.Link(folder, target).File(name, Passwd),
                    4 => tar.Folder(folder).HardLink(name, target).File(name, Passwd),
                    _ => tar.File(name, Passwd),
                };
            }
            layers.Add(tar.ToArray());
        }
        return new Breakout($"seed {seed}", layers);
    }

    private static RawTar T() => new();

    private static Breakout Of(string name, params RawTar[] layers) => new(name, [.. layers.Select(l => l.ToArray())]);
}
