using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Faults.Steps;

/// <summary>What is inside a worker, without the protocol: a store, its snapshots, and real steps. For a process that is <see cref="Inside"/>.</summary>
internal sealed class StepBed : IAsyncDisposable
{
    private const string SecretId = "secret";

    private readonly LocalContentStore _store;
    private readonly StepExecutor _executor;

    /// <param name="store">The absolute path of the store.</param>
    /// <param name="searchPath">Where the runtime is looked for; <c>null</c> for the PATH.</param>
    public StepBed(string store, string? searchPath = null)
    {
        _store = new LocalContentStore(store);
        var area = WorkArea.Create(store, AppContext.BaseDirectory);
        Scratch = area.Private;
        Snapshots = SnapshotStore.Of(_store, StepIds.First);
        var runner = new StepRunner(new StepRunnerOptions { Scratch = Scratch, SearchPath = searchPath ?? Environment.GetEnvironmentVariable("PATH")! }, TimeProvider.System);
        _executor = new StepExecutor(Snapshots, new DraftLayers(_store, Snapshots), runner, new CacheMounts(store), new FailedSteps(store), area);
    }

    public SnapshotStore Snapshots { get; }

    /// <summary>Where the files of running steps are.</summary>
    public string Scratch { get; }

    /// <summary>Keeps a tar as a layer.</summary>
    public async Task<LayerBlob> PutAsync(byte[] tar)
    {
        await using var ingest = _store.BeginIngest();
        await ingest.WriteAsync(tar, default);
        var digest = await ingest.CommitAsync(null, tar.Length, default);
        return new LayerBlob { DiffId = digest.ToString(), Digest = digest.ToString(), Size = tar.Length, MediaType = MediaTypes.Layer(Compression.None) };
    }

    /// <summary>A step that runs a shell script in a tree, without network.</summary>
    /// <param name="script">For <c>/bin/sh -c</c>.</param>
    /// <param name="mounts">Besides the root; their inputs are numbered from 1.</param>
    public static ExecOp Shell(string script, params IEnumerable<Mount> mounts) => new()
    {
        Meta = new Meta { Args = { "/bin/sh", "-c", script }, Cwd = "/", Env = { "PATH=/bin" } },
        Network = NetMode.None,
        Mounts = { new Mount { Dest = "/", Input = 0, Output = 0, MountType = MountType.Bind }, mounts },
    };

    /// <summary>A cache that steps may use at the same time.</summary>
    public static Mount Cache(string id, string target, string selector = "") => new()
    {
        Dest = target, Input = -1, Output = -1, Selector = selector, MountType = MountType.Cache, CacheOpt = new CacheOpt { ID = id, Sharing = CacheSharingOpt.Shared },
    };

    /// <summary>A secret for everybody, which <see cref="RunAsync"/> knows.</summary>
    public static Mount Secret(string target) => new()
    {
        Dest = target, Input = -1, Output = -1, MountType = MountType.Secret, SecretOpt = new SecretOpt { ID = SecretId, Mode = 0b100_100_100 },
    };

    /// <summary>The socket of an agent that <see cref="RunAsync"/> is given.</summary>
    public static Mount Ssh(string target) => new() { Dest = target, Input = -1, Output = -1, MountType = MountType.Ssh, SSHOpt = new SSHOpt { ID = "default", Mode = 0b110_000_000 } };

    public static Mount Tmpfs(string target) => new() { Dest = target, Input = -1, Output = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt() };

    /// <summary>Runs a step from its mounts to its layer. What it says is the answer.</summary>
    /// <param name="exec">What is run.</param>
    /// <param name="inputs">The layers of each input from the bottom up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="heard">Hears what it says at once.</param>
    /// <param name="agent">The socket of an SSH agent.</param>
    /// <param name="remarked">Hears what the worker itself says.</param>
    public async Task<string> RunAsync(
        ExecOp exec, IEnumerable<IReadOnlyList<LayerBlob>> inputs, CancellationToken cancellationToken = default, Action? heard = null, string? agent = null, Action<string>? remarked = null)
    {
        var said = new StringBuilder();
        var step = new RunStep
        {
            Name = "step", Inputs = { inputs.Select(i => new Chain { Layers = { i } }) },
            Layering = new Layering { Compression = (int)Compression.None, Parallelism = 1 }, Secrets = { [SecretId] = ByteString.CopyFromUtf8("secret") },
        };
        if (agent is not null) step.SshAgents["default"] = agent;
        await _executor.RunAsync(exec, step, (stream, bytes) =>
        {
            if (stream == StepExecutor.RemarkStream)
            {
                remarked?.Invoke(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            }
            said.Append(Encoding.UTF8.GetString(bytes.Span));
            heard?.Invoke();
            return ValueTask.CompletedTask;
        }, cancellationToken);
        return said.ToString();
    }

    /// <summary>An image of busybox, and of more programs by their names in <c>/bin</c>.</summary>
    public static byte[] Busybox(params IEnumerable<(string Name, byte[] Content)> programs)
    {
        const int Mode = 0b111_101_101;
        var tar = new RawTar().Folder("bin").Folder("etc").Folder("root").Add('5', "tmp", mode: 0b001_111_111_111).Add('0', "bin/busybox", content: File.ReadAllBytes("/bin/busybox"), mode: Mode);
        foreach (var name in (string[])["sh", "cat", "echo", "find", "grep", "head", "id", "ln", "ls", "mkdir", "mv", "rm", "seq", "sha256sum", "sleep", "stat", "touch", "true", "wc"]) tar.Link("bin/" + name, "busybox");
        foreach (var (name, content) in programs) tar.Add('0', "bin/" + name, content: content, mode: Mode);
        return tar.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n").File("etc/group", "root:x:0:\n").ToArray();
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
