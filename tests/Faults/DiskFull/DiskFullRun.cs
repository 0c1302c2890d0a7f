using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Faults.Builds;
using MsBuildKit.Faults.Disks;

namespace MsBuildKit.Faults.DiskFull;

/// <summary>The builds of the drill, what became of them, and what of it was not as promised.</summary>
internal sealed class DiskFullRun(CancellationToken cancellationToken)
{
    // More than a build needs, so that pruning makes room for one.
    private const int Junk = 128, JunkSize = 8192;

    private readonly List<string> _broken = [];
    private int _failed;
    private int _succeeded;

    public DrillResult Result => new($"{_failed:N0} builds found the disk full and {_succeeded:N0} had just room enough, {_broken.Count} broken", _broken);

    /// <summary>Builds version after version until the store has filled the disk by itself.</summary>
    public async Task FillByBuildsAsync(TempDisk disk)
    {
        using var folder = disk.MakeFolder();
        var project = Project(folder);
        var old = 0;
        for (var version = 1; version < 1000; version++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                project.Write(version);
                await project.BuildAsync();
            }
            catch (Exception e) when (e is BuildException or IOException)
            {
                if (e is not BuildException error) break;
                await JudgeAsync(project, error, old, version, $"version {version} on a disk that builds filled");
                return;
            }
            old = version;
        }
        _broken.Add("the sources filled the disk before a build could");
    }

    /// <summary>Builds with so much and so much room, up to what a build needs.</summary>
    public async Task SweepAsync(TempDisk disk, Ballast ballast, int enough, int step)
    {
        for (var left = 0; left <= enough; left += step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var folder = disk.MakeFolder();
            var project = Project(folder);
            project.Write(1);
            await project.BuildAsync();
            await PutJunkAsync(project.Store);
            project.Write(2);
            ballast.Fill(folder["ballast"], left);
            try
            {
                await project.BuildAsync();
                _succeeded++;
            }
            catch (BuildException error)
            {
                await JudgeAsync(project, error, 1, 2, ballast.Text(left));
            }
        }
    }

    private static SmallProject Project(DiskFolder folder) => new(folder["sources"], folder["store"], folder["out"]);

    private static async Task PutJunkAsync(string root)
    {
        await using var store = new LocalContentStore(root);
        for (var i = 0; i < Junk; i++)
        {
            await using var ingest = store.BeginIngest();
            var bytes = new byte[JunkSize];
            new Random(i).NextBytes(bytes);
            await ingest.WriteAsync(bytes, default);
            await ingest.CommitAsync(null, null, default);
        }
    }

    private async Task JudgeAsync(SmallProject project, BuildException error, int old, int next, string where)
    {
        _failed++;
        var broken = new List<string>();
        if (BuildJudge.JudgeError(error.Code, error.Message, full: true) is { } problem) broken.Add(problem);
        var expected = await ExpectAsync(next);
        broken.AddRange(await BuildJudge.JudgeLayoutAsync(project, (await ExpectAsync(old)).Image, expected.Image));
        broken.AddRange(await BuildJudge.VerifyAsync(project.Store));
        try
        {
            if (new StoreCollector(project.Store, TimeProvider.System).Collect(new CollectionPolicy { All = true }, dryRun: false, cancellationToken).FreedBytes == 0) broken.Add("prune freed nothing");
        }
        catch (BuildException e)
        {
            broken.Add($"prune fails on the full disk: {e.Message}");
        }
        broken.AddRange(await BuildJudge.JudgeNextBuildAsync(project, expected));
        _broken.AddRange(broken.Select(b => $"{where}: {b}"));
    }

    // What a build with all the room it wants gives.
    private static async Task<BuiltState> ExpectAsync(int version)
    {
        using var folder = new TestKit.TempFolder("expected");
        var project = new SmallProject(folder["sources"], folder["store"], folder["out"]);
        project.Write(version);
        return await BuiltState.BuildAsync(project);
    }
}
