using System.Diagnostics;
using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Tests.Builds;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>A store with a shell in it, and a worker process that opens containers on that.</summary>
internal sealed class ContainerBed : IAsyncDisposable
{
    private readonly WorkerBench _bench = new();
    private readonly Dictionary<string, ISecretSource> _secrets = [];
    private VertexResult? _base;
    private bool _isEnded;

    public ContainerBed(string runtime = "")
    {
        foreach (var tool in new[] { "unshare", "crun", "newuidmap" }) RealTool.Find(tool);
        var busybox = RealTool.Find("busybox");
        _bench.Lend("base",
            new LocalFile("bin/busybox", busybox, Mode: 0b111_101_101), new LocalFile("bin/sh", busybox, Mode: 0b111_101_101),
            new LocalFile("etc/passwd", _bench.Folder.Write("passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n")), new LocalFile("data/one.txt", _bench.Folder.Write("one", "0123456789")));
        Worker = new RootlessWorker(() => GraphBed.FindWorker() with { Runtime = runtime }, _bench.Store.Root, new StepGrants());
    }

    public RootlessWorker Worker { get; }

    /// <summary>Lends a secret.</summary>
    public void Lend(string id, string text) => _secrets[id] = new FileSecret(_bench.Folder.Write("secret-" + id, text));

    /// <summary>Opens a container on the shell, with mounts besides.</summary>
    public async Task<StepContainer> OpenAsync(params IEnumerable<Mount> mounts) => await OpenAsync(d => d with { Mounts = [.. d.Mounts, .. mounts] });

    public async Task<StepContainer> OpenAsync(Func<ContainerDescription, ContainerDescription> change, CancellationToken cancellationToken = default)
    {
        _base ??= new LayersResult(await _bench.RunAsync(LlbState.Scratch.File("base", FileStep.CopyContents(LlbState.Local("base"), "/", "/"))));
        var session = new BuildSession([], new Dictionary<string, IContentSource>()) { Secrets = _secrets };
        var layers = new TreeLayers(_bench.Store, new DescribedLayers(_bench.Store, new LentPlaces(), _bench.Options), _bench.Options);
        var containers = new ContainerWorker(new LayerMaterializer(_bench.Store, new KeyLocks(_bench.Folder["locks"]), null), Worker, session, layers, TimeProvider.System);
        return await containers.OpenAsync(change(new ContainerDescription { Inputs = [_base], Mounts = [new Mount { Dest = "/", Output = -1 }], Network = NetMode.None }), cancellationToken);
    }

    public static ProcessDescription Shell(string script) => new() { Meta = new Meta { Args = { "/bin/sh", "-c", script } } };

    /// <summary>Runs a script to its end; what it wrote, and how it ended.</summary>
    public static async Task<(string Output, string Error, int ExitCode)> RunAsync(StepContainer container, string script)
    {
        await using var process = await container.StartAsync(Shell(script) with { HasInput = false }, default);
        var (output, error) = (ReadAsync(process.Output), ReadAsync(process.Error));
        return (await output, await error, await process.ExitCode);
    }

    public static async Task<string> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Reads until a text has come; all that came.</summary>
    public static async Task<string> ReadUntilAsync(Stream stream, string expected)
    {
        var (text, buffer) = (new StringBuilder(), new byte[256]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!text.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, limit.Token);
            Assert.True(read > 0, $"it ended with '{text}'");
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return text.ToString();
    }

    /// <summary>The command lines of the worker process and of all that it started.</summary>
    public static IReadOnlyList<string> Programs() => [.. Below(Environment.ProcessId).Select(p => Text($"/proc/{p}/cmdline").Replace('\0', ' ')).Where(l => l.Length > 0)];

    /// <summary>What is mounted in the worker, and the folders of its steps and trees.</summary>
    public static IReadOnlyList<string> Places()
    {
        // One of a test before may still be on its way out.
        var workers = Workers();
        for (var clock = Stopwatch.StartNew(); workers.Count > 1 && clock.Elapsed < TimeSpan.FromSeconds(10); workers = Workers()) Thread.Sleep(50);
        Assert.True(workers.Count == 1, string.Join("\n", workers.Select(w => Text($"/proc/{w}/cmdline").Replace((char)0, (char)32))));
        var worker = workers[0];
        var mounts = Text($"/proc/{worker}/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[4]).ToList();
        var area = mounts.Last(m => m is "/mnt" or "/media" or "/srv");
        return [.. mounts, .. new[] { "trees", "private/steps", "private/runtime" }.Select(f => $"/proc/{worker}/root{area}/{f}").Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries)];
    }

    private static List<int> Workers() =>
        [.. Below(Environment.ProcessId).Where(p => Text($"/proc/{p}/cmdline") is var line && line.Contains("msbuildkit-worker", StringComparison.Ordinal) && !line.Contains("unshare", StringComparison.Ordinal))];

    public async Task EndWorkerAsync()
    {
        if (!_isEnded) await Worker.DisposeAsync();
        _isEnded = true;
    }

    public async ValueTask DisposeAsync()
    {
        await EndWorkerAsync();
        // What belongs to ids of steps only their root can remove.
        if (!Environment.IsPrivilegedProcess) (await Command.RunAsync(RealTool.Find("unshare"), ["--user", "--map-root-user", "--map-auto", "--", "rm", "-rf", _bench.Store.Root])).Succeeded();
        await _bench.DisposeAsync();
    }

    private static IEnumerable<int> Below(int process)
    {
        foreach (var task in Directory.Exists($"/proc/{process}/task") ? Directory.GetDirectories($"/proc/{process}/task") : [])
            foreach (var child in Text(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture)))
                foreach (var one in Below(child).Prepend(child)) yield return one;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
