using System.Globalization;
using System.Text.RegularExpressions;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Archives;

/// <summary>Whole builds on hostile bases and hostile packages, in a process whose every look at the file system is written down: beside what
/// the same builds on harmless ones look at, there must be nothing outside their own folder.</summary>
internal sealed partial class BreakoutDrill : Drill
{
    // Changing anything outside of the builds' own folder is never right.
    private static readonly HashSet<string> s_changes =
        ["creat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "mknod", "mknodat", "chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "truncate", "utimensat", "setxattr", "lsetxattr", "mount"];

    public override string Name => "archives";

    public override string Promise => "No image and no package makes us read or change a file that is not ours";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder("breakouts");
        var sentinel = new Sentinel(folder["outside"]);
        var broken = new List<string>();
        var harmless = await TraceAsync(folder, "harmless", 1, broken);
        cancellationToken.ThrowIfCancellationRequested();
        var step = scale == Scale.Full ? 1 : 10;
        var (looks, said) = await TraceAsync(folder, "hostile", step, broken);
        var known = harmless.Looks.Select(l => l.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (call, path, changes) in looks.Where(l => !IsOwn(l.Path, folder)).Distinct())
            if (changes || !(known.Contains(path) || path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal))) broken.Add($"{call} '{path}'");
        if (!sentinel.IsIntact) broken.Add("the files outside are not as they were");
        if (harmless.Looks.Count == 0) broken.Add("nothing was written down, so nothing is proved");
        return new DrillResult(string.Create(CultureInfo.InvariantCulture, $"{said.Trim()}, {looks.Count} looks at the file system, {broken.Count} of them outside"), broken);
    }

    // Arguments: the folder, 'harmless' or 'hostile', and each how manieth case.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (folder, kind, step) = (arguments[0], arguments[1], int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var cases = kind == "hostile" ? Breakouts.All(Path.Combine(folder, "outside")) : [new Breakout("harmless", [new RawTar().Folder("etc").File("etc/passwd", "app:x:1:1::/:\n").ToArray()])];
        var (built, refused) = (0, 0);
        foreach (var compression in Enum.GetValues<Compression>())
            for (var i = (int)compression % step; i < cases.Count; i += step)
                foreach (var build in new[] { CarryAsync, LookUpAsync, ComposeAsync })
                {
                    try
                    {
                        await build(Path.Combine(folder, "work"), cases[i], compression);
                        built++;
                    }
                    catch (BuildException)
                    {
                        refused++;
                    }
                }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{built + refused} builds, {refused} refused"));
        return 0;
    }

    private static Task CarryAsync(string folder, Breakout breakout, Compression compression) => BuildAsync(folder, breakout, compression, null);

    private static Task LookUpAsync(string folder, Breakout breakout, Compression compression) => BuildAsync(folder, breakout, compression, "app");

    private static async Task BuildAsync(string folder, Breakout breakout, Compression compression, string? user)
    {
        HostileImage.Write(Path.Combine(folder, "base"), breakout.Layers, compression);
        var app = Path.Combine(folder, "run");
        await File.WriteAllTextAsync(app, "#!/bin/sh\n");
        var services = new BuilderServices
        {
            Time = TimeProvider.System, Mirrors = new HttpClient(), LocalEngines = new LocalEngineLoader([]),
            Registries = new Registries(new HostCredentials(new Dictionary<string, string>(), folder), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) }),
        };
        await new Builder(services).BuildAsync(
            new BuildRequest
            {
                ProjectName = "Shop", Repository = "team/shop", Tags = ["1.0"], SourceDateEpoch = 1_700_000_000,
                OutputDirectory = Path.Combine(folder, "out"), CacheDirectory = Path.Combine(folder, "cache"),
                Outputs = [new ArchiveOutput(Path.Combine(folder, "out.tar"), Docker: false)],
                Images =
                [
                    new ProjectImage
                    {
                        Platform = Platform.LinuxAmd64, Base = new LocalBase(Path.Combine(folder, "base"), null),
                        Files = [new ProjectFile("/app/run", app, new Component(ComponentKind.Application, "Shop", "1.0"))],
                        Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["/app/run"], User = user },
                    },
                ],
            },
            null, default);
    }

    private static async Task ComposeAsync(string folder, Breakout breakout, Compression compression)
    {
        Directory.CreateDirectory(folder);
        using var bed = new PackageBed(folder);
        await bed.ComposeAsync((Deb.Name, Deb.Of(breakout.Layers[0], compression)));
    }

    private async Task<(List<(string Call, string Path, bool Changes)> Looks, string Said)> TraceAsync(TempFolder folder, string kind, int step, List<string> broken)
    {
        var log = folder[kind + ".trace"];
        Directory.CreateDirectory(folder["tmp"]);
        var result = await Child.RunAsync(
            Name, [folder.Path, kind, step.ToString(CultureInfo.InvariantCulture)], TimeSpan.FromMinutes(20),
            ["strace", "-f", "-qq", "--seccomp-bpf", "-s", "4096", "-e", "trace=%file,mount", "-o", log],
            new Dictionary<string, string?> { ["TMPDIR"] = folder["tmp"], ["DOTNET_EnableDiagnostics"] = "0", ["HOME"] = folder["tmp"], ["DOTNET_TieredPGO"] = "0" });
        if (result.ExitCode != 0) broken.Add($"the {kind} builds ended with {result.ExitCode}: {result.All.Trim()}");
        return (File.Exists(log) ? Read(log) : [], result.Output);
    }

    private static List<(string Call, string Path, bool Changes)> Read(string log)
    {
        var looks = new List<(string, string, bool)>();
        foreach (var line in File.ReadLines(log))
        {
            if (Call().Match(line) is not { Success: true } call) continue;
            var name = call.Groups[1].Value;
            var opensToWrite = name.StartsWith("open", StringComparison.Ordinal) && (line.Contains("O_WRONLY", StringComparison.Ordinal) || line.Contains("O_RDWR", StringComparison.Ordinal) || line.Contains("O_CREAT", StringComparison.Ordinal));
            foreach (var path in Quoted().Matches(line).Take(name == "execve" ? 1 : int.MaxValue).Select(m => m.Groups[1].Value))
                if (!OfThisProcess().IsMatch(path)) looks.Add((name, path, opensToWrite || s_changes.Contains(name)));
        }
        return looks;
    }

    // The folder of the files outside lies in the same one, and is not ours.
    private static bool IsOwn(string path, TempFolder folder) =>
        !path.Contains("/../", StringComparison.Ordinal) && !path.EndsWith("/..", StringComparison.Ordinal)
        && (path.StartsWith(folder["work"], StringComparison.Ordinal) || path.StartsWith(folder["tmp"], StringComparison.Ordinal) || path == folder.Path);

    [GeneratedRegex(@"^\d+ +([a-z0-9_]+)\(")]
    private static partial Regex Call();

    // Names of its threads, and its program, whose numbers are others each time; and what the C library reads before it gives memory back,
    // which it does when it happens to.
    [GeneratedRegex(@"^(/proc/self/task/\d+/comm|(/proc/)?\d+(/exe)?|/proc/sys/vm/overcommit_memory)$")]
    private static partial Regex OfThisProcess();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();
}
