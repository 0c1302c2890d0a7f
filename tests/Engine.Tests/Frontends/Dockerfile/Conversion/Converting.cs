using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>Converts Dockerfiles of tests: a registry of a few images, and what came of it as data.</summary>
internal sealed class Converting : IImageConfigResolver, IContextFiles, ILintSink
{
    public const string Pinned = "docker.io/library/alpine:latest@sha256:7777777777777777777777777777777777777777777777777777777777777777";
    public const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly Digest s_digest = Digest.Parse("sha256:" + new string('7', 64));

    public DockerfileRequest Request { get; set; } = new()
    {
        Text = "", File = "Dockerfile", Context = new FolderContext("context"), Platforms = [Platform.LinuxAmd64], BuildPlatform = Platform.LinuxAmd64,
        SourceDateEpoch = 7,
    };

    /// <summary>Configurations by repository; others are a plain image.</summary>
    public Dictionary<string, ImageConfig> Images { get; } = [];

    /// <summary>Files at the top of contexts, by context and path.</summary>
    public Dictionary<string, string> Files { get; } = [];

    /// <summary>Knows the times of sources, or <c>null</c> when nothing does.</summary>
    public ISourceTimes? Times { get; init; }

    public List<string> Asked { get; } = [];

    public List<(string Rule, string Message, int Line)> Warnings { get; } = [];

    public static ImageConfig Plain(ContainerConfig? config = null, Platform? platform = null) => new()
    {
        Architecture = (platform ?? Platform.LinuxAmd64).Architecture, Os = "linux", Config = config ?? new ContainerConfig(),
        RootFs = new RootFs { DiffIds = [s_digest] }, History = [new HistoryEntry { CreatedBy = "base" }],
    };

    public static async Task<Converted> RunAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null) =>
        (await new Converting().AllAsync(text, change))[0];

    public async Task<Converted> OneAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null) => (await AllAsync(text, change))[0];

    public async Task<IReadOnlyList<Converted>> AllAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null)
    {
        var request = (change ?? (r => r))(Request with { Text = text });
        var images = await new DockerfileConverter(this, this, this, Times).ConvertAsync(DockerfileParser.Parse(text, "Dockerfile"), request, TestContext.Current.CancellationToken);
        return [.. images.Select(i => new Converted(i))];
    }

    public static async Task<IReadOnlyList<DockerfileFault>> FaultsAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null) =>
        (await Assert.ThrowsAsync<DockerfileException>(() => RunAsync(text, change))).Faults;

    public static async Task<DockerfileFault> FaultAsync(string text, Func<DockerfileRequest, DockerfileRequest>? change = null) =>
        Assert.Single(await FaultsAsync(text, change));

    public Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        lock (Asked) Asked.Add($"{reference} {platform}");
        if (reference.Repository.EndsWith("missing", StringComparison.Ordinal)) throw new OciException(OciException.InvalidReference, $"'{reference}' is not there.");
        return Task.FromResult(new FoundImage(s_digest, Images.GetValueOrDefault(reference.Repository) ?? Plain(platform: platform)));
    }

    public Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken) =>
        Task.FromResult(new FoundImage(s_digest, Images.GetValueOrDefault(store) ?? Plain(platform: platform)));

    public Task<byte[]?> FindAsync(string context, string path, CancellationToken cancellationToken) =>
        Task.FromResult(Files.TryGetValue($"{context}/{path}", out var text) ? System.Text.Encoding.UTF8.GetBytes(text) : null);

    public void Warn(LintRule rule, string message, TextRange range, Instruction? instruction = null) => Warnings.Add((rule.Name, message, range.Line));
}

/// <summary>An image that a Dockerfile came to, with its graph loaded as a solver would.</summary>
internal sealed class Converted(DockerfileImage image)
{
    private readonly Definition? _definition = image.Graph.Node is null ? null : LlbMarshaller.Marshal(image.Graph);

    public DockerfileImage Image => image;

    public ContainerConfig Config => image.Config.Config!;

    public Vertex Last => LlbGraph.Load(_definition!).Vertex;

    public IEnumerable<Op> Ops => Vertices.Select(v => v.Op);

    /// <summary>Inputs first.</summary>
    public IReadOnlyList<Vertex> Vertices
    {
        get
        {
            var all = new List<Vertex>();
            if (_definition is not null) Visit(Last, all);
            return all;
        }
    }

    public IEnumerable<string> Names => Vertices.Select(v => v.Name);

    /// <summary>The entries that the Dockerfile added.</summary>
    public IReadOnlyList<string> History => [.. image.Config.History!.Where(h => h.Comment == "buildkit.dockerfile.v0").Select(h => h.CreatedBy!)];

    public ExecOp Exec => Vertices.Last(v => v.Op.OpCase == Op.OpOneofCase.Exec).Op.Exec;

    public Vertex File => Vertices.Last(v => v.Op.OpCase == Op.OpOneofCase.File);

    public FileActionCopy Copy => Vertices.Last(v => v.Op.File?.Actions.Any(a => a.Copy is not null) == true).Op.File.Actions.Last(a => a.Copy is not null).Copy;

    public SourceOp Source(string scheme) => Assert.Single(Sources(scheme));

    public IReadOnlyList<SourceOp> Sources(string scheme) =>
        [.. Ops.Where(o => o.Source?.Identifier.StartsWith(scheme, StringComparison.Ordinal) == true).Select(o => o.Source)];

    public Vertex Named(string name) => Vertices.Single(v => v.Name == name);

    private static void Visit(Vertex vertex, List<Vertex> all)
    {
        if (all.Contains(vertex)) return;
        foreach (var input in vertex.Inputs) Visit(input.Vertex, all);
        if (!all.Contains(vertex)) all.Add(vertex);
    }
}
