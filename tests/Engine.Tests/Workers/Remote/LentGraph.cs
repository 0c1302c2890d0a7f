using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers.Remote;

/// <summary>A graph that asks for everything that a build can lend.</summary>
internal static class LentGraph
{
    public const string StepName = "run a", Layout = "base-linux-amd64";

    /// <summary>What the layout has.</summary>
    public static readonly byte[] Content = Encoding.ASCII.GetBytes("content of a layout");

    public static RemoteGraph Create(LocalContentStore store, TempFolder folder, LocalTree? tree = null, ISecretSource? secret = null)
    {
        tree ??= new LocalTree("publish", [new LocalFile("a", "/host/a", 0b111_101_101, 1, 2), new LocalFile("b", "/host/b")])
        {
            ModifiedSeconds = 7, Directories = [new LocalDirectory("d"), new LocalDirectory("e", 0b111_000_000, 3, 4)], Links = [new LocalLink("l", "a")],
        };
        var session = new BuildSession([tree], new Dictionary<string, IContentSource> { [Layout] = new OneBlob() })
        {
            Folders = new Dictionary<string, string> { ["context"] = "/host/context" },
            Secrets = new Dictionary<string, ISecretSource> { ["token"] = secret ?? new EnvironmentSecret("S", _ => "hidden") },
            Ssh = new Dictionary<string, SshSource> { ["default"] = new SshAgent("/run/agent"), ["files"] = new SshKeys(["/k1", "/k2"]), ["none"] = new SshAgent(null), ["unasked"] = new SshAgent("/run/other") },
        };
        var terms = new RemoteTerms("shop", 5) { Compression = Compression.Zstd, CompressionLevel = 9, AllowHostNetwork = true, AllowDevices = true };
        return new RemoteGraph(Operations(), session, store, terms)
        {
            Facts = new FileFactsCache(folder["facts"], TimeProvider.System), FindPosition = n => n == StepName ? new SourcePosition("A.csproj", 3, 4) : null,
        };
    }

    /// <summary>What arrived is lent as it was sent.</summary>
    public static void AssertLent(IBuildSession session)
    {
        var tree = session.FindLocal("publish")!;
        Assert.Equal(7, tree.ModifiedSeconds);
        Assert.Equal([new LocalFile("a", "/host/a", 0b111_101_101, 1, 2), new LocalFile("b", "/host/b")], tree.Files);
        Assert.Equal([new LocalDirectory("d"), new LocalDirectory("e", 0b111_000_000, 3, 4)], tree.Directories);
        Assert.Equal([new LocalLink("l", "a")], tree.Links);
        Assert.Null(session.FindLocal("context"));
        Assert.Equal("/host/context", session.FindFolder("context"));
        Assert.Null(session.FindFolder("publish"));
        Assert.Equal(new SshAgent("/run/agent"), session.FindSsh("default"));
        Assert.Equal(["/k1", "/k2"], Assert.IsType<SshKeys>(session.FindSsh("files")).Files);
        Assert.Equal(new SshAgent(null), session.FindSsh("none"));
        Assert.Null(session.FindSsh("unasked"));
    }

    private static Definition Operations()
    {
        var platform = Engine.Oci.Platform.LinuxAmd64;
        var ground = LlbState.OciLayout(Layout, Digest.Of("manifest"u8.ToArray()), platform, "from base");
        var options = new ExecOptions
        {
            Args = ["true"],
            Mounts = [ExecMount.Ssh("/s1", "default"), ExecMount.Ssh("/s2", "files"), ExecMount.Ssh("/s3", "none"), ExecMount.Bind("/c", LlbState.Local("context"), readOnly: true)],
        };
        return LlbMarshaller.Marshal(LlbState.Merge("together", ground.Run(options, platform, StepName).Root, LlbState.Scratch.File("copy", FileStep.CopyContents(LlbState.Local("publish"), "/", "/", 0))));
    }

    private sealed class OneBlob : IContentSource
    {
        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => new(digest == Digest.Of(Content) ? Content.Length : null);

        public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new(digest == Digest.Of(Content) ? new MemoryStream(Content) : null);
    }
}
