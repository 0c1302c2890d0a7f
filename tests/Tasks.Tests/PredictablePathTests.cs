using System.Text.RegularExpressions;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Tasks.Tests;

/// <summary>What a build writes under names that somebody can guess, should another user have been there first (reliability J1).</summary>
public sealed partial class PredictablePathTests : IDisposable
{
    private const string Precious = "precious";
    private readonly TaskBench _bench = new();
    private readonly RecordingEngine _engine = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("ln -s '{victim}' \"$f.new\"")]
    [InlineData("ln -s /nowhere/x \"$f.new\"")]
    [InlineData("ln -s /dev/zero \"$f.new\"; ln -s /dev/zero \"$f\"")]
    [InlineData("ln -s '{victim}' \"$f\"")]
    [InlineData("mkfifo \"$f.new\"; mkfifo \"$f\"")]
    [InlineData("echo evil > \"$f.new\"; echo evil > \"$f\"")]
    public async Task J1_NamesThatWereTakenByAnotherUser_AreNeverFollowed(string attack)
    {
        var written = LearnNames();
        var victim = _bench.Folder.Write("victim", Precious);
        File.SetUnixFileMode(victim, (UnixFileMode)0x1b6);
        await PlantAsync(written, attack.Replace("{victim}", victim, StringComparison.Ordinal));

        using var task = Create();
        Assert.True(task.Execute(), string.Join('\n', _engine.Errors.Select(e => e.Message)));
        Assert.Equal(Precious, File.ReadAllText(victim));
        Assert.All(written, f => Assert.True(new FileInfo(_bench.Folder[f]) is { Exists: true, LinkTarget: null } && !File.Exists(_bench.Folder[f] + ".new"), f));
        Assert.Equal(Digests(written), Digests(written.Select(f => "first/" + f)));
    }

    [Fact]
    public async Task J1_AFolderInTheWay_IsATypedError()
    {
        var written = LearnNames();
        await PlantAsync(written.Where(f => f.EndsWith(".tar", StringComparison.Ordinal)), "mkdir \"$f.new\"");
        using var task = Create();
        Assert.False(task.Execute());
        Assert.Equal("MBK2202", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public async Task J1_OutsideOfItsOwnFolders_ABuildCreatesNothing()
    {
        var log = _bench.Folder["strace"];
        var line = new[] { "-f", "-qq", "-y", "-s", "4096", "-o", log, "-e", "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat", Environment.ProcessPath!, "-noLogo", "-noColor", "-class", "*.BuildImageTests" };
        (await Command.RunAsync(RealTool.Find("strace"), line)).Succeeded();
        var created = File.ReadLines(log).Where(l => !l.Contains(" = -1 ", StringComparison.Ordinal))
            .Select(CreatedBy).OfType<string>().Distinct().ToList();
        Assert.Contains(created, p => p.EndsWith("/out/index.json.new", StringComparison.Ordinal));
        // The folder of the test itself has a random name; the rest is the runtime's own.
        Assert.DoesNotContain(created, p => !Own().IsMatch(p));
    }

    // Of two names the last is new; a call that opens makes a file only when it says so.
    private static string? CreatedBy(string call) =>
        call.Contains("open", StringComparison.Ordinal) && !call.Contains("O_CREAT", StringComparison.Ordinal) ? null : Quoted().Matches(call).LastOrDefault()?.Groups[1].Value;

    // Builds once, and moves what came of it out of the way.
    private List<string> LearnNames()
    {
        using var task = Create();
        Assert.True(task.Execute());
        var names = Directory.EnumerateFiles(_bench.Folder.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_bench.Folder.Path, f))
            .Where(f => f.StartsWith("out/", StringComparison.Ordinal) || f.StartsWith("archive/", StringComparison.Ordinal) || f.StartsWith("obj/", StringComparison.Ordinal)).ToList();
        Assert.True(names.Count > 8);
        Directory.CreateDirectory(_bench.Folder["first"]);
        foreach (var folder in new[] { "out", "archive", "obj" }) Directory.Move(_bench.Folder[folder], _bench.Folder["first/" + folder]);
        return names;
    }

    // The folders are anybody's to write, and not sticky: there the kernel itself would refuse to follow.
    private async Task PlantAsync(IEnumerable<string> names, string attack)
    {
        await TestUser.OpenAsync(_bench.Folder.Path);
        foreach (var folder in names.Select(n => Path.GetDirectoryName(_bench.Folder[n])!).Distinct()) Directory.CreateDirectory(folder);
        foreach (var folder in new[] { "out", "archive", "obj" }.Select(f => _bench.Folder[f]).Where(Directory.Exists)) (await Command.RunAsync("chmod", ["-R", "0777", folder])).Succeeded();
        var script = string.Concat(names.Select(n => $"f='{_bench.Folder[n]}'; {attack} || exit 1\n"));
        (await TestUser.RunAsync(["sh", "-c", script])).Succeeded();
    }

    private List<string> Digests(IEnumerable<string> names) =>
        [.. names.Where(n => !n.EndsWith("obj/state", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_bench.Folder[n]))))];

    private BuildImage Create() => new()
    {
        BuildEngine = _engine,
        ProjectFile = _bench.Folder["project/Shop.csproj"],
        ProjectName = "Shop",
        ProjectDirectory = _bench.Project,
        OutputDirectory = _bench.Folder["out"],
        CacheDirectory = _bench.Folder["cache"],
        StateFile = _bench.Folder["obj/state"],
        Repository = "shop",
        ArchiveOutputPath = _bench.Folder["archive/shop.tar"],
        Parts = [.. _bench.Parts],
    };

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("^(?:/tmp/msbuildkit-tasks-[A-Za-z0-9]{6}(?:/.*)?|/tmp/(?:clr-debug-pipe|dotnet-diagnostic)-.*|/dev/(?:shm|null|tty).*|/memfd:.*|/proc/.*)$")]
    private static partial Regex Own();
}
