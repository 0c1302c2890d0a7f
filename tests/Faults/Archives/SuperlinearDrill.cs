using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Archives;

/// <summary>Archives that make naive readers take the square of their length: ten times as long may take thirteen times the time at most.</summary>
internal sealed class SuperlinearDrill : Drill
{
    private const double MostTimes = 13;

    // What is over sooner than this is decided by chance.
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(25);

    public override string Name => "superlinear";

    public override string Promise => "Reading an archive takes time in proportion to its length, whatever is in it";

    private static IReadOnlyList<(string Name, Func<int, RawTar> Make)> Shapes { get; } =
    [
        ("whiteouts in one folder", n => Many(n, (tar, i) => tar.File($"d/.wh.{i}", ""))),
        ("opaque folders in each other", n => Many(n / 64, (tar, i) => Nested(tar, i, p => tar.Folder(p).File(p + "/.wh..wh..opq", "")))),
        ("deep paths", n => Many(n / 8, (tar, i) => tar.File($"{i}/{string.Join('/', Enumerable.Repeat("a", 45))}/{i}", "x"))),
        ("folders in each other", n => Many(n / 64, (tar, i) => Nested(tar, i, p => tar.Folder(p)))),
        ("hard links to one file, backwards", n => Many(n, (tar, i) => tar.HardLink($"d/{n - i:d8}", "z"), new RawTar().Folder("d").File("z", "x"))),
        ("a chain of hard links", n => Many(n, (tar, i) => tar.HardLink($"d/{n - i:d8}", i == 0 ? "z" : $"d/{n - i + 1:d8}"), new RawTar().Folder("d").File("z", "x"))),
        ("small files", n => Many(n, (tar, i) => tar.File($"d/{i}", "x"), new RawTar().Folder("d"))),
        ("one name many times", n => Many(n, (tar, _) => tar.Folder("d"))),
        ("links to each other", n => Many(n, (tar, i) => tar.Link($"d/{i}", $"{i + 1}"), new RawTar().Folder("d"))),
    ];

    private static IReadOnlyList<(string Name, Func<TempFolder, byte[], Task> Read)> Sinks { get; } =
    [
        ("layer", (_, tar) => LayerReader.ReadAsync(new MemoryStream(tar), Compression.None, Digest.Of(tar), (_, _) => ValueTask.CompletedTask, default)),
        ("users", ReadUsersAsync),
        ("package", ReadPackageAsync),
        ("archive", ReadArchiveAsync),
        ("verify", VerifyAsync),
    ];

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var broken = new List<string>();
        var (pairs, worst) = (0, 0.0);
        foreach (var (shape, make) in Shapes)
            foreach (var (sink, read) in Sinks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // Chance slows one run down, never all of them.
                var times = double.MaxValue;
                for (var attempt = 0; attempt < 5 && times > MostTimes; attempt++) times = Math.Min(times, await CompareAsync(make, read, scale));
                pairs++;
                worst = Math.Max(worst, times);
                if (times > MostTimes) broken.Add(string.Create(CultureInfo.InvariantCulture, $"{shape}, {sink}: ten times as much takes {times:F1} times the time"));
            }
        return new DrillResult(string.Create(CultureInfo.InvariantCulture, $"{pairs} shapes and readers, ten times as much takes at most {worst:F1} times the time"), broken);
    }

    private static async Task<double> CompareAsync(Func<int, RawTar> make, Func<TempFolder, byte[], Task> read, Scale scale)
    {
        var count = scale == Scale.Full ? 10_000 : 2_000;
        var small = await MeasureAsync(make(count).ToArray(), read, 2);
        var large = await MeasureAsync(make(10 * count).ToArray(), read, 1);
        return large / Max(small, s_shortest);
    }

    private static async Task<TimeSpan> MeasureAsync(byte[] tar, Func<TempFolder, byte[], Task> read, int times)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            using var folder = new TempFolder("superlinear");
            GC.Collect();
            var start = Child.ReadWork();
            try
            {
                await read(folder, tar);
            }
            catch (BuildException)
            {
                // Refusing is reading too.
            }
            var taken = Child.ReadWork() - start;
            if (taken < best) best = taken;
        }
        return best;
    }

    private static async Task ReadUsersAsync(TempFolder folder, byte[] tar)
    {
        await using var store = new LocalContentStore(folder["store"]);
        var layer = new Layer
        {
            DiffId = Digest.Of(tar), CreatedBy = "", Blob = HostileImage.Put(folder["layout"], MediaTypes.OciLayer, tar), Origin = new LayerOrigin(new ImageLayout(folder["layout"])),
        };
        await new ImageUsers(store, new LayerMaterializer(store, new KeyLocks(folder["locks"]), null)).ResolveAsync("app", new LayerChain([layer]), default);
    }

    private static async Task ReadPackageAsync(TempFolder folder, byte[] tar)
    {
        using var bed = new PackageBed(folder.Path);
        await bed.ComposeAsync((Deb.Name, Deb.Of(tar, Compression.None)));
    }

    private static async Task ReadArchiveAsync(TempFolder folder, byte[] tar)
    {
        await File.WriteAllBytesAsync(folder["a.tar"], tar);
        (await ImageArchive.OpenAsync(folder["a.tar"], default)).ReadIndex();
    }

    private static async Task VerifyAsync(TempFolder folder, byte[] tar)
    {
        HostileImage.Write(folder["layout"], [tar], Compression.None);
        var layout = new ImageLayout(folder["layout"]);
        await new ImageVerifier(layout, 1).VerifyAsync(await layout.ReadIndexAsync(default), default);
    }

    private static RawTar Many(int count, Action<RawTar, int> add, RawTar? start = null)
    {
        var tar = start ?? new RawTar();
        for (var i = 0; i < count; i++) add(tar, i);
        return tar;
    }

    private static void Nested(RawTar tar, int number, Action<string> add)
    {
        var path = $"{number}";
        for (var depth = 0; depth < 32; depth++, path += "/a") add(path);
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
