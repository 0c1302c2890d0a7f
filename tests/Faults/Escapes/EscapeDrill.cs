using System.Globalization;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Escapes;

/// <summary>Steps on hostile images and with hostile mounts, beside a tree that anybody may read and change if only there is a way to it.</summary>
internal sealed class EscapeDrill : Drill
{
    private const string Overwriter = "overwrite", Runtime = "crun";
    private static readonly string[] s_secrets = ["untouched", Breakouts.StolenId.ToString(CultureInfo.InvariantCulture)];
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    public override string Name => "step-escapes";

    public override string Promise => "No image, mount, user or folder of a step makes anything of the caller's seen, made, changed or removed";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("setpriv", "unshare", "newuidmap", "crun", "gcc") is { } missing) return missing;
        var (figures, broken) = (new List<string>(), new List<string>());
        using var programs = new TempFolder("escape-programs");
        await NativeProgram.CompileAsync("Escapes/overwrite.c", programs[Overwriter], "-static-pie", "-nostdlib", "-fno-stack-protector");
        // Anybody may overwrite it, if only there is a way to it.
        var runtime = programs[Runtime];
        File.Copy(ProgramPath.Find(Environment.GetEnvironmentVariable("PATH")!, Runtime)!, runtime);
        File.SetUnixFileMode(runtime, (UnixFileMode)0b111_111_111);
        await TestUser.OpenAsync(programs.Path);
        var original = Hash(runtime);
        foreach (var asRoot in new[] { false, true })
        {
            using var folder = new TempFolder("escapes");
            var sentinel = new Sentinel(folder["outside"], isOpen: true);
            var home = asRoot ? folder["home"] : await TestUser.MakeFolderAsync(folder, "home");
            using var watch = new TreeWatch(sentinel.Root);
            var run = await Inside.RunAsync(Name, asRoot, home, sentinel.Root, programs.Path, scale == Scale.Full ? "1" : "12");
            var who = asRoot ? "root" : "user";
            figures.Add($"{who}: {run.Output.Split('\n')[0]}");
            broken.AddRange(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => $"{who}: {l}"));
            if (run.ExitCode != 0) broken.Add($"{who}: ended with {run.ExitCode}: {run.Error}");
            broken.AddRange(watch.Read().Take(10).Select(e => $"{who}: {e}"));
            if (!sentinel.IsIntact) broken.Add($"{who}: the files outside are not as they were");
            if (Hash(runtime) != original) broken.Add($"{who}: the runtime's program was overwritten");
        }
        return new DrillResult($"{string.Join("; ", figures)}; {broken.Count} of them outside", broken);
    }

    // Arguments: a folder of the user's, the tree outside, the programs, and each how manieth case.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (store, outside, programs, every) = (arguments[0], arguments[1], arguments[2], int.Parse(arguments[3], CultureInfo.InvariantCulture));
        await using var bed = new StepBed(store, $"{programs}:{Environment.GetEnvironmentVariable("PATH")}");
        var busybox = await bed.PutAsync(StepBed.Busybox());
        var (ran, refused, overwriting, wrong) = (0, 0, 0, new List<string>());
        var overwrites = OverwriteCases.All(await File.ReadAllBytesAsync(Path.Combine(programs, Overwriter), cancellationToken), every == 1 ? 500 : 20);
        EscapeCase[] attempts = [.. EscapeCases.All(outside).Where((_, i) => i % every == 0), .. overwrites];
        foreach (var attempt in attempts)
            try
            {
                var said = await TryAsync(bed, busybox, attempt, cancellationToken);
                ran++;
                if (said.StartsWith("begun", StringComparison.Ordinal)) overwriting++;
                if (s_secrets.Any(s => said.Contains(s, StringComparison.Ordinal))) wrong.Add($"{attempt.Name}: it saw what is outside");
            }
            catch (BuildException)
            {
                refused++;
            }
            catch (Exception e)
            {
                wrong.Add($"{attempt.Name}: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        var caches = Path.Combine(store, StoreTrees.Caches);
        wrong.AddRange(Directory.EnumerateFileSystemEntries(caches).Select(e => Path.GetFileName(e)!).Where(n => !IsOurs(n)).Select(n => $"a cache is called '{n}'"));
        if (Directory.EnumerateFileSystemEntries(Path.Combine(bed.Scratch, "steps")).Any()) wrong.Add("files of steps are left");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{attempts.Length:N0} steps, {ran:N0} ran, {refused:N0} refused, {overwriting:N0} of them ran the runtime itself"));
        foreach (var line in wrong) Console.WriteLine(line);
        return ran > 0 && refused > 0 && overwriting > 0 ? 0 : 1;
    }

    private static bool IsOurs(string name) => Path.GetExtension(name) is "" or ".lock" or ".record" && Path.GetFileNameWithoutExtension(name).All(char.IsAsciiHexDigit);

    private static async Task<string> TryAsync(StepBed bed, LayerBlob busybox, EscapeCase attempt, CancellationToken cancellationToken)
    {
        var layer = await bed.PutAsync(attempt.Layer);
        if (attempt.Before is not null) await bed.RunAsync(attempt.Before, [[busybox, layer]], cancellationToken);
        return await bed.RunAsync(attempt.Exec, [[busybox, layer], [busybox, layer]], cancellationToken).WaitAsync(s_longest, cancellationToken);
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
