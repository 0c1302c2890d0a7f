using System.Diagnostics;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using StepNetwork = MsBuildKit.Engine.Frontends.Project.StepNetwork;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Whole builds with steps that run, in a worker process of its own and in real sandboxes.</summary>
public sealed class StepBuildTests : IDisposable
{
    private const string Canary = "canary-4f2a9c";

    private readonly TempFolder _folder = new();
    private readonly StepLog _log = new();

    public StepBuildTests()
    {
        foreach (var tool in new[] { "unshare", "crun", "newuidmap" }) RealTool.Find(tool);
        var tar = new RawTar().Folder("bin").Add('0', "bin/busybox", content: File.ReadAllBytes(RealTool.Find("busybox")), mode: 0b111_101_101).Link("bin/sh", "busybox")
            .Folder("etc").File("etc/passwd", "root:x:0:0::/:/bin/sh\n").File("etc/group", "root:x:0:\n").Folder("tmp").Folder("gone").File("gone/file", "x").File("gone/other", "y");
        HostileImage.Write(_folder["base"], [tar.ToArray()], Compression.None, "\"config\":{\"Env\":[\"PATH=/bin\",\"FROM_BASE=1\"]}");
        _folder.Write("src/run", "#!/bin/sh\n");
    }

    public void Dispose()
    {
        // What steps wrote belongs to ids that only root may remove.
        _folder.Dispose();
    }

    [Fact]
    public async Task Build_BaseStep_LeavesOneLayerOfWhatItDid()
    {
        var result = await BuildAsync(Step("make", "echo hi > /made; chmod 640 /made; mkdir /d; rm /gone/file; echo $FROM_BASE $OWN $SOURCE_DATE_EPOCH") with { Environment = [new("OWN", "a b")] });
        var image = await ReadAsync(result);
        Assert.Equal(3, image.Document.Layers.Count);
        Assert.Equal(["---------- gone/.wh.file", "-rw-r----- made", "drw-r--r-- gone/", "drwxr-xr-x d/"], (await ListAsync(result, image.Document.Layers[1])).Order(StringComparer.Ordinal));
        Assert.Contains("echo hi > /made", image.Config.History!.Single(h => h.CreatedBy!.Contains("/made", StringComparison.Ordinal)).CreatedBy!, StringComparison.Ordinal);
        Assert.Equal(["1 a b 1700000000"], _log.Lines("make"));
    }

    [Fact]
    public async Task Build_Again_StartsNoWorker()
    {
        var step = Step("make", "date +%s%N > /made");
        var first = await BuildAsync(step);
        var second = await new Builder(Services(() => throw new InvalidOperationException("A worker was started."))).BuildAsync(Request([step]), _log, default);
        Assert.Equal(first.Image.Digest, second.Image.Digest);
    }

    [Fact]
    public async Task Build_InTwoStores_GivesOneDigest()
    {
        var step = Step("make", "mkdir -p /a/b; echo 1 > /a/b/c; ln /a/b/c /a/d; ln -s c /a/b/e; touch -d '2001-01-01 00:00:00' /old; chown -R 12:34 /a");
        var digests = new List<Digest>();
        foreach (var store in new[] { "one", "two" }) digests.Add((await new Builder(Services()).BuildAsync(Request([step], store), null, default)).Image.Digest);
        Assert.Single(digests.Distinct());
    }

    [Fact]
    public async Task Build_AppChanges_BaseStepIsNotRunAgain()
    {
        var step = Step("make", "date +%s%N > /made");
        await BuildAsync(step);
        _folder.Write("src/run", "#!/bin/sh\nexit 3\n");
        await BuildAsync(step);
        Assert.Single(_log.Ran("make"));
    }

    [Fact]
    public async Task Build_AppStep_SeesTheApplicationAndChangesIt()
    {
        var result = await BuildAsync(Step("look", "pwd; cat /app/run; chmod 700 /app/run; id -u") with { Stage = StepStage.App });
        var image = await ReadAsync(result);
        Assert.Equal(["/app", "#!/bin/sh", "0"], _log.Lines("look"));
        Assert.Equal(["-rwx------ app/run"], (await ListAsync(result, image.Document.Layers[^1])).Where(e => !e.StartsWith('d')));
    }

    [Fact]
    public async Task Build_StepFails_ErrorHasItsLastLinesAndCode()
    {
        var position = new SourcePosition("/src/Shop.csproj", 12, 5);
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(Step("fail", "echo before; echo why >&2; exit 7") with { Position = position }));
        Assert.Equal(("MBK2012", position), (error.Code, error.Position));
        Assert.Contains("7", error.Message, StringComparison.Ordinal);
        Assert.Contains("why", error.Message, StringComparison.Ordinal);
        Assert.Equal(["before", "why"], _log.Lines("fail").Order());
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Build_WhileAStepRuns_NoLockIsHeldThatItMayNeed()
    {
        var held = new List<string>();
        _log.OnLine = () =>
        {
            foreach (var file in Directory.GetFiles(_folder["cache/locks"], "*", SearchOption.AllDirectories))
                if (FileLock.TryTake(file, FileMode.Open) is { } free) free.Dispose();
                else held.Add(Path.GetRelativePath(_folder["cache/locks"], file));
        };
        await BuildAsync(Step("wait", "echo running; sleep 0.2"));
        Assert.StartsWith("vertices/", Assert.Single(held), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_LongOutput_ArrivesWhole()
    {
        await BuildAsync(Step("print", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"));
        Assert.Equal(Enumerable.Range(0, 20000).Select(i => $"line {i}"), _log.Lines("print"));
    }

    [Fact]
    public async Task Build_Secrets_AreSeenByTheStepAndNowhereElse()
    {
        var step = Step("use", "cat /run/secrets/token | md5sum; echo $TOKEN | tr 'a-z' 'A-Z'; ls -ln /run/secrets/token; mount | grep -c /run/secrets/token") with
        {
            Secrets = [new StepSecret("token", "/run/secrets/token", "TOKEN", Required: true)],
        };
        var request = Request([step]) with { Secrets = new Dictionary<string, ISecretSource> { ["token"] = new EnvironmentSecret("X", _ => Canary) } };
        var result = await new Builder(Services()).BuildAsync(request, _log, default);
        Assert.Contains(Canary.ToUpperInvariant(), _log.Lines("use"));
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Canary)) >= 0, file);
        Assert.DoesNotContain(await ListAsync(result, (await ReadAsync(result)).Document.Layers[1]), e => e.Contains("token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Build_RequiredSecretIsMissing_SaysWhich()
    {
        var step = Step("use", "true") with { Secrets = [new StepSecret("token", "/t", null, Required: true)] };
        Assert.Equal("MBK1805", (await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(step))).Code);
    }

    [Fact]
    public async Task Build_CacheMount_OutlivesTheBuildAndIsNotInTheImage()
    {
        foreach (var i in new[] { 1, 2, 3 })
            await BuildAsync(Step("count", $"echo {i} >> /cache/list; cat /cache/list | wc -l") with { Mounts = [new StepCache("/cache", "list", StepSharing.Locked)] });
        Assert.Equal(["1", "2", "3"], _log.Lines("count").Select(l => l.Trim()));
    }

    [Fact]
    public async Task Build_NoNetwork_HasLoopbackAlone()
    {
        await BuildAsync(Step("look", "ls /sys/class/net 2>/dev/null; cat /proc/net/dev | tail -n +3 | cut -d: -f1") with { Network = StepNetwork.None });
        Assert.Equal(["lo"], _log.Lines("look").Select(l => l.Trim()).Distinct());
    }

    [Fact]
    public async Task Build_HostNetworkWithoutConsent_IsRefused()
    {
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => BuildAsync(Step("look", "true") with { Network = StepNetwork.Host }));
        Assert.Equal("MBK2013", error.Code);
    }

    [Fact]
    public async Task Build_UserOfABaseStep_OwnsTheApplication()
    {
        var request = Request([Step("add", "echo app:x:77:88::/: >> /etc/passwd; echo app:x:88: >> /etc/group")]);
        var image = request.Images[0];
        var result = await new Builder(Services()).BuildAsync(request with { Images = [image with { Config = image.Config with { User = "app" } }] }, _log, default);
        var layer = (await ReadAsync(result)).Document.Layers[^1];
        var owners = new List<(int, int)>();
        await LayerReader.ReadAsync((await new ImageLayout(result.LayoutDirectory).FindAsync(layer.Digest, default))!, Compression.Gzip, (await ReadAsync(result)).Config.RootFs.DiffIds[^1], (e, _) =>
        {
            owners.Add((e.Uid, e.Gid));
            return ValueTask.CompletedTask;
        }, default);
        Assert.All(owners, o => Assert.Equal((77, 88), o));
        Assert.Single(_log.Ran("add"));
    }

    [Fact]
    public async Task Build_Cancelled_StopsInTwoSecondsAndLeavesNothing()
    {
        using var stop = new CancellationTokenSource();
        var building = new Builder(Services()).BuildAsync(Request([Step("wait", "echo started; sleep 1234 & sleep 1234")]), _log, stop.Token);
        while (!_log.Lines("wait").Contains("started"))
        {
            Assert.False(building.IsCompleted);
            await Task.Delay(5);
        }
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), clock.Elapsed.ToString());
        Assert.DoesNotContain(Process.GetProcesses(), p => CommandLine(p).Contains("sleep\u00001234", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["cache/snapshots/staging"]));
        // And the next one is right.
        await BuildAsync(Step("make", "echo hi > /made"));
    }

    [Fact]
    public async Task Collect_AfterSteps_RemovesTheirTreesAndTheNextBuildMakesThemAgain()
    {
        var step = Step("make", "echo hi > /made; mkdir -m 000 /closed; touch /cache/x") with { Mounts = [new StepCache("/cache", "c", StepSharing.Shared)] };
        var first = await BuildAsync(step);
        var before = StoreUsage.Read(_folder["cache"]);
        Assert.Equal((2, 1), (Directory.GetDirectories(_folder["cache/snapshots"]).Count(d => Path.GetFileName(d) != "staging"), Directory.GetDirectories(_folder["cache/cache-mounts"]).Length));
        Assert.Equal(0, before.Parts.Single(p => p.Name == "snapshots").InUse);
        var collected = new StoreCollector(_folder["cache"], TimeProvider.System).Collect(new CollectionPolicy { All = true }, dryRun: false, default);
        Assert.Equal((2, 1), (collected.Removed.Count(r => r.Kind == CollectedKind.Snapshot), collected.Removed.Count(r => r.Kind == CollectedKind.Cache)));
        var after = StoreUsage.Read(_folder["cache"]);
        Assert.Equal((0, 0, 0), (Count(after, "snapshots"), Count(after, "caches"), Count(after, "stagedTrees")));
        Assert.Equal(first.Image.Digest, (await BuildAsync(step)).Image.Digest);
        Assert.Equal(2, _log.Ran("make").Count);

        static int Count(StoreUsage usage, string part) => usage.Parts.Single(p => p.Name == part).Count;
    }

    private static string CommandLine(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private Task<BuildResult> BuildAsync(params ProjectStep[] steps) => new Builder(Services()).BuildAsync(Request(steps), _log, default);

    private BuilderServices Services(Func<WorkerProgram>? worker = null) => TestImages.Services with
    {
        Worker = worker ?? (() => new WorkerProgram
        {
            Command = [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : RealTool.Find("dotnet"), Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
            SearchPath = Environment.GetEnvironmentVariable("PATH")!.Split(':'),
            User = HostUser.Current("/etc/passwd", null),
        }),
    };

    private BuildRequest Request(IReadOnlyList<ProjectStep> steps, string store = "cache")
    {
        var app = new ProjectFile("/app/run", _folder["src/run"], new Component(ComponentKind.Application, "Shop", "1.0"));
        return TestImages.Request(_folder.Path, TestImages.Image(new LocalBase(_folder["base"], null), app) with { Steps = steps }) with { CacheDirectory = _folder[store] };
    }

    private static ProjectStep Step(string name, string command) => new() { Name = name, Command = command, Network = StepNetwork.None };

    private static async Task<ResolvedImage> ReadAsync(BuildResult result) =>
        await ImageResolution.ResolveAsync(new ImageLayout(result.LayoutDirectory), result.Image, Platform.LinuxAmd64, default);

    private static async Task<IReadOnlyList<string>> ListAsync(BuildResult result, Descriptor layer)
    {
        var packed = await File.ReadAllBytesAsync(Path.Combine(result.LayoutDirectory, "blobs/sha256", layer.Digest.Hex));
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(packed), System.IO.Compression.CompressionMode.Decompress);
        using var tar = new System.Formats.Tar.TarReader(gzip);
        var entries = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            var mode = string.Concat("rwxrwxrwx".Select((c, i) => ((int)entry.Mode >> (8 - i) & 1) == 1 ? c : '-'));
            entries.Add($"{(entry.EntryType == System.Formats.Tar.TarEntryType.Directory ? 'd' : '-')}{mode} {entry.Name}");
        }
        return entries;
    }

    private sealed class StepLog : IProgress<BuildEvent>
    {
        private readonly StepLines _lines = new();
        private readonly List<(string Step, string Line)> _shown = [];
        private readonly List<BuildEvent> _events = [];

        public Action? OnLine { get; set; }

        public void Report(BuildEvent value)
        {
            if (value is StepOutput) OnLine?.Invoke();
            lock (_events)
            {
                _events.Add(value);
                if (value is StepOutput output) _lines.Add(output, l => _shown.Add((output.Name, l)));
                if (value is StepCompleted done) _lines.Complete(done.Name, l => _shown.Add((done.Name, l)));
            }
        }

        public IReadOnlyList<string> Lines(string step)
        {
            lock (_events) return [.. _shown.Where(s => s.Step.StartsWith($"run {step}", StringComparison.Ordinal)).Select(s => s.Line)];
        }

        public IReadOnlyList<StepStarted> Ran(string step)
        {
            lock (_events) return [.. _events.OfType<StepStarted>().Where(s => s.Name.StartsWith($"run {step}", StringComparison.Ordinal))];
        }
    }
}
