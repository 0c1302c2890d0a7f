using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Workers;
using MsBuildKit.Engine.Workers;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests;

public sealed class GraphCaptureTests
{
    private static readonly Digest s_root = Digest.Of("root"u8);

    private readonly SourcePins _pins = new();

    [Fact]
    public async Task Of_SourcesOfAGraph_TellsWhatTheyTurnedOutToBe()
    {
        var (git, web) = (LlbState.Git("https://user:pass@host.example/a.git", new GitSourceOptions { Ref = "v1", Subdirectory = "src" }), LlbState.Http("https://user:pass@host.example/f"));
        var tree = LlbState.Image("alpine:3", Platform.LinuxArm64).File("all", Copy(git), Copy(web), Copy(LlbState.Local("context")), Copy(LlbState.OciLayout("docker.io/library/foo@" + s_root, Platform.LinuxAmd64, new OciLayoutOptions { Store = "s" })));
        Pin(git, new SourcePin("", "gitCommit", new string('c', 40)));
        Pin(web, new SourcePin("", "sha256", s_root.Hex));
        var capture = await CaptureAsync(tree);
        Assert.Equal([("docker.io/library/alpine:3", "linux/arm64", false), ("docker.io/library/foo@" + s_root, "linux/amd64", true)], capture.Images.Select(i => (i.Reference.ToString(), i.Platform!.ToString(), i.IsLayout)));
        Assert.All(capture.Images, i => Assert.Equal(s_root, i.Digest));
        Assert.Equal([new GitMaterial("https://xxxxx:xxxxx@host.example/a.git#v1", new string('c', 40))], capture.Git);
        Assert.Equal([new WebMaterial("https://xxxxx:xxxxx@host.example/f", s_root)], capture.Web);
        Assert.Equal(["context"], capture.Folders);
        Assert.Contains(new LentMaterial("GIT_AUTH_TOKEN", IsOptional: true), capture.Secrets);
        Assert.False(capture.HasNetwork);
    }

    [Fact]
    public async Task Of_BlobsAndBundles_TellsWhereTheyAreFrom()
    {
        var (web, git) = ("docker-image+blob://r.example/team/app@" + s_root, SourceGraph.Of("git://host.example/a.git#main", ("git.fullurl", "https://user:pass@host.example/a.git"), ("git.bundle", "oci-layout+blob://not/real@" + s_root)));
        var blob = await CaptureAsync(SourceGraph.Of(web));
        Assert.Equal([(s_root, false, null)], blob.Blobs.Select(b => (b.Digest, b.IsLayout, b.Repository)));
        Assert.Equal([$"pkg:docker/r.example/team/app?digest={s_root}&ref_type=blob"], BuildMaterialList.Of(blob).Select(m => m.Uri));

        _pins.Add(LlbGraph.Load(git).Vertex, new SourcePin("", "gitCommit", new string('c', 40)));
        var bundle = await CaptureAsync(git);
        Assert.Equal(
            [$"pkg:oci/not/real?digest={s_root}&ref_type=bundle&vcs_url=https%3A%2F%2Fxxxxx%3Axxxxx%40host.example%2Fa.git%23main", "https://xxxxx:xxxxx@host.example/a.git#main"],
            BuildMaterialList.Of(bundle).Select(m => m.Uri));
    }

    [Theory]
    [InlineData(NetMode.None, false)]
    [InlineData(NetMode.Unset, true)]
    [InlineData(NetMode.Host, true)]
    public async Task Of_Steps_TellsWhatTheyCouldUse(NetMode network, bool hasNetwork)
    {
        var options = new ExecOptions
        {
            Args = ["x"], Network = network, Mounts = [ExecMount.Secret("/s", "file", optional: true), ExecMount.Ssh("/a", "keys")], SecretEnvironment = [new SecretVariable("V", "variable")],
        };
        var capture = await CaptureAsync(LlbState.Image("alpine:3", Platform.LinuxAmd64).Run(options, Platform.LinuxAmd64).Root);
        Assert.Equal([new LentMaterial("file", IsOptional: true), new LentMaterial("variable", IsOptional: false)], capture.Secrets);
        Assert.Equal([new LentMaterial("keys", IsOptional: false)], capture.Agents);
        Assert.Equal(hasNetwork, capture.HasNetwork);
    }

    private static FileStep Copy(LlbState from) => FileStep.Copy(from, "/", "/", new CopyOptions());

    private void Pin(LlbState source, SourcePin pin) => _pins.Add(LlbGraph.Load(LlbMarshaller.Marshal(source)).Vertex, pin);

    private Task<BuildCapture> CaptureAsync(LlbState tree) => CaptureAsync(LlbMarshaller.Marshal(tree));

    private Task<BuildCapture> CaptureAsync(Definition graph) => new GraphCapture(_pins, new Resolver()).OfAsync(LlbGraph.Load(graph), TestContext.Current.CancellationToken);

    private sealed class Resolver : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
        {
            var root = new Descriptor { MediaType = MediaTypes.OciIndex, Digest = s_root, Size = 1 };
            var config = new ImageConfig { Os = platform.Os, Architecture = platform.Architecture };
            return Task.FromResult(new ResolvedImage(root, root, new ImageManifest { Config = root, Layers = [] }, config, Open(reference)));
        }

        public IContentSource Open(ImageReference reference) => new ImageLayout("/nowhere");
    }
}
