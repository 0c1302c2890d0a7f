using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Faults.Projects;

namespace MsBuildKit.Faults.Rot;

/// <summary>Flips single bits in blobs, records and facts of a store and in blobs of layouts, each time looks whether <c>verify</c> finds
/// the file, then builds or pushes what it belongs to and looks at what was shipped.</summary>
/// <remarks>One time in four the store is repaired before; else the build comes upon the damage by itself. A layout's <c>index.json</c> is
/// left alone: no digest speaks for it, so a bit of a name in it makes another name and no fault.</remarks>
internal sealed class RotDrill : Drill
{
    private const int ProjectCount = 4;

    public override string Name => "rot";

    public override string Promise => "single bits flipped in store and layouts: all found by verify, none shipped, all mended by the next build";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var flips = scale == Scale.Full ? 1000 : 100;
        var seed = Environment.TickCount;
        Console.WriteLine($"   seed {seed}");
        var random = new Random(seed);
        await using var bench = await RotBench.StartAsync(ProjectCount, seed, cancellationToken);
        var counts = new SortedDictionary<string, int>();
        var (found, mended, broken) = (0, 0, new List<string>());
        for (var i = 0; i < flips; i++)
        {
            var project = random.Next(ProjectCount);
            var kind = random.Next(20) switch { < 11 => "blobs", < 14 => "index", < 16 => "facts", _ => "layout" };
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            var flip = BitFlip.Inflict(kind == "layout" ? bench.ChooseShipped(project, random) : bench.ChooseStored(project, kind, random), random);
            try
            {
                if (await IsFoundAsync(bench, flip, kind, project, cancellationToken)) found++;
                else broken.Add($"{flip}: verify did not find it");
                var wrong = kind == "layout"
                    ? await bench.PushAndCheckAsync(project, cancellationToken)
                    : await BuildAsync(bench, project, repairFirst: i % 4 == 3, way: random.Next(3), cancellationToken);
                broken.AddRange(wrong.Select(w => $"{flip}: shipped: {w}"));
                if (await IsMendedAsync(bench, project, cancellationToken)) mended++;
                else broken.Add($"{flip}: not mended");
            }
            catch (BuildException e)
            {
                broken.Add($"{flip}: {e.Message}");
            }
        }
        return new DrillResult(
            string.Create(CultureInfo.InvariantCulture, $"{flips:N0} bits flipped in {counts["blobs"]} blobs, {counts["index"]} records, {counts["facts"]} facts and {counts["layout"]} blobs of layouts: {found:N0} found, {broken.Count(b => b.Contains("shipped"))} shipped, {mended:N0} mended"),
            broken.Count == 0 ? [] : [$"seed {seed}", .. broken]);
    }

    private static async Task<bool> IsFoundAsync(RotBench bench, BitFlip flip, string kind, int project, CancellationToken cancellationToken) => kind == "layout"
        ? (await ImageCheck.FindAsync(bench.LayoutOf(project), cancellationToken)).Count > 0
        : (await bench.VerifyAsync(repair: false, cancellationToken)).Any(f => f.File.Path == flip.Path);

    private static async Task<IReadOnlyList<string>> BuildAsync(RotBench bench, int project, bool repairFirst, int way, CancellationToken cancellationToken)
    {
        if (repairFirst) await bench.VerifyAsync(repair: true, cancellationToken);
        return await bench.BuildAndCheckAsync(project, way, cancellationToken);
    }

    // A record by content is not asked for when one by definition is there, so it waits for a repair.
    private static async Task<bool> IsMendedAsync(RotBench bench, int project, CancellationToken cancellationToken)
    {
        await bench.VerifyAsync(repair: true, cancellationToken);
        var wrong = await bench.BuildAndCheckAsync(project, way: 1, cancellationToken);
        return wrong.Count == 0 && (await bench.VerifyAsync(repair: false, cancellationToken)).Count == 0;
    }
}
