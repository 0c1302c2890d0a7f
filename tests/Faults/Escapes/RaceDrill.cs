using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Escapes;

/// <summary>Two steps that share a cache at the same time: one exchanges a folder in it for a link to files of the caller's, for ever; of the other,
/// something is mounted from there or to there (reliability B1, B9, B10).</summary>
/// <remarks>One iteration is a whole step in the worker of an ordinary user: its mounts, its runtime, its command, its layer. The link leads to files
/// that anybody may write, so that nothing but the way to them keeps a step out.</remarks>
internal sealed class RaceDrill : Drill
{
    private const string Program = "exchange", CacheId = "shared";

    public override string Name => "mount-races";

    public override string Promise => "A step that exchanges folders for links while things are mounted from and to them makes nothing of the caller's seen, made or changed";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("setpriv", "unshare", "newuidmap", "crun", "gcc") is { } missing) return missing;
        using var folder = new TempFolder("races");
        var home = await TestUser.MakeFolderAsync(folder, "home");
        await NativeProgram.CompileAsync("Escapes/exchange.c", folder[Program]);
        var sentinel = new Sentinel(folder["outside"], isOpen: true);
        await TestUser.OpenAsync(folder.Path);
        using var watch = new TreeWatch(sentinel.Root);
        var times = scale == Scale.Full ? 10_000 : 150;
        var broken = new List<string>();
        var figures = new List<string>();
        foreach (var race in new[] { "source", "target" })
        {
            var run = await Inside.RunAsync(Name, race, home, folder[Program], sentinel.Root, times.ToString(CultureInfo.InvariantCulture));
            figures.Add($"{race}: {run.Output.Trim()}");
            if (run.ExitCode != 0) broken.Add($"the steps of '{race}' ended with {run.ExitCode}: {run.All.Trim()}");
            broken.AddRange(watch.Read().Take(10).Select(e => $"{race}: {e}"));
        }
        if (!sentinel.IsIntact) broken.Add("the files outside are not as they were");
        return new DrillResult($"{string.Join("; ", figures)}; {broken.Count} of them outside", broken);
    }

    // Arguments: which race, a folder of the user's, the program that exchanges, the tree outside, how often.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (race, outside, times) = (arguments[0], arguments[3], int.Parse(arguments[4], CultureInfo.InvariantCulture));
        await using var bed = new StepBed(Path.Combine(arguments[1], race));
        var image = await bed.PutAsync(StepBed.Busybox((Program, File.ReadAllBytes(arguments[2]))));
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var exchanging = bed.RunAsync(
            StepBed.Shell($"mkdir -p /c/sub/in && ln -s {outside} /c/link && exec {Program} /c/sub /c/link", StepBed.Cache(CacheId, "/c")), [[image]], stop.Token, () => begun.TrySetResult());
        await Task.WhenAny(begun.Task, exchanging);
        var (ran, refused) = (0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        for (var i = 0; i < times; i++)
        {
            if (exchanging.IsCompleted) await exchanging;
            try
            {
                await bed.RunAsync(race == "source" ? Source() : Target(), [[image]], cancellationToken);
                ran++;
            }
            catch (BuildException e)
            {
                refused[e.Code] = refused.GetValueOrDefault(e.Code) + 1;
            }
        }
        await stop.CancelAsync();
        await ((Task)exchanging).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times:N0} steps, {ran:N0} ran, refused: {(refused.Count == 0 ? "none" : string.Join(", ", refused.Select(r => $"{r.Value:N0} {r.Key}")))}"));
        return ran > 0 ? 0 : 1;
    }

    // What it finds it reads and adds to.
    private static ExecOp Source() => StepBed.Shell("cat /c/canary; echo x > /c/mark; true", StepBed.Cache(CacheId, "/c", "sub"));

    private static ExecOp Target() => StepBed.Shell("true", StepBed.Cache(CacheId, "/c"), StepBed.Tmpfs("/c/sub/in/deep"), StepBed.Secret("/c/sub/canary"));
}
