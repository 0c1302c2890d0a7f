using System.Text;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Registry;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>What the Dockerfiles of the cases name: images in a registry, files and a git repository on a web server, all on the loopback.</summary>
public sealed class DockerfileGround : IAsyncDisposable
{
    // What an image can hand on to those that are made of it.
    private const string RichConfig = """
        ,"User":"app","WorkingDir":"/home/app","Cmd":["cmd"],"Entrypoint":["entry"],"Labels":{"base":"yes","both":"base"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":{}},
        "StopSignal":"SIGINT","Shell":["/bin/sh","-ec"],"Healthcheck":{"Test":["CMD","true"],"Interval":5000000000}
        """;
    private const string TriggersConfig = """
        ,"OnBuild":["ENV FROM_TRIGGER=1","RUN echo $FROM_TRIGGER > /triggered","COPY a /from-trigger"]
        """;

    private readonly TempFolder _folder = new("dockerfiles");
    private readonly Dictionary<string, string> _marks = [];
    private readonly TestRegistry _registry;
    private readonly LoopbackServer _web;

    private DockerfileGround(TestRegistry registry, LoopbackServer web) => (_registry, _web) = (registry, web);

    /// <summary>Host and port of the registry.</summary>
    public string Registry => _registry.Name;

    /// <summary>A folder for whoever needs one as long as this lives.</summary>
    public TempFolder Folder => _folder;

    public static async Task<DockerfileGround> StartAsync()
    {
        var ground = new DockerfileGround(await TestRegistry.StartAsync(), await LoopbackServer.StartAsync());
        ground.AddImages();
        await ground.AddWebAsync();
        await ground.AddKeyAsync();
        return ground;
    }

    /// <summary>Adds what only real Dockerfiles name: a whole Debian, and the machine's .NET SDK.</summary>
    public async Task AddRealAsync()
    {
        await DebianBase.PutAsync(_registry["debian"]);
        Mark("debian", $"{Registry}/debian:1");
        Mark("dotnet", Path.GetDirectoryName(File.ResolveLinkTarget(RealTool.Find("dotnet"), returnFinalTarget: true)?.FullName ?? RealTool.Find("dotnet"))!);
    }

    /// <summary>A text with what its marks stand for.</summary>
    public string Fill(string text) => _marks.Aggregate(text, (t, m) => t.Replace(m.Key, m.Value, StringComparison.Ordinal));

    /// <summary>A text with marks again, except for paths of this machine, which may be those of an image too.</summary>
    public string Blank(string text) => _marks.Where(m => !Path.IsPathRooted(m.Value)).Aggregate(text, (t, m) => t.Replace(m.Value, m.Key, StringComparison.Ordinal));

    /// <summary>Names an image or anything else for all cases.</summary>
    public void Mark(string mark, string value) => _marks[$"{{{mark}}}"] = value;

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    private void AddImages()
    {
        foreach (var (name, config) in (ValueTuple<string, string>[])[("busybox", ""), ("rich", RichConfig), ("triggers", TriggersConfig)])
        {
            Mark(name + ":digest", $"{Registry}/{name}@{BusyboxBase.Put(_registry[name], config).Digest}");
            Mark(name, $"{Registry}/{name}:1");
        }
        Mark("missing", $"{Registry}/missing:1");
        Mark("cr", "\r");
        Mark("bom", "\uFEFF");
    }

    private async Task AddWebAsync()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["/hello.txt"] = "hello\n"u8.ToArray(), ["/deep/file"] = "deep\n"u8.ToArray(),
            ["/archive.tar.gz"] = Packing.Pack(new RawTar().Folder("in").File("in/a", "a\n").ToArray(), Compression.Gzip),
        };
        var repository = await GitRepository.CreateAsync(_folder, "repo");
        var first = await repository.CommitAsync(("a", "one\n"), ("sub/b", "b\n"));
        await repository.GitAsync("tag", "v1");
        Mark("commit", await repository.CommitAsync(("a", "two\n")));
        Mark("first", first);
        var git = new GitBackend(_folder["served"]);
        _web.Handler = async context =>
        {
            if (context.Request.Path.StartsWithSegments("/repo.git", StringComparison.Ordinal)) await git.HandleAsync(context);
            else if (files.TryGetValue(context.Request.Path, out var bytes)) await context.Response.Body.WriteAsync(bytes);
            else context.Response.StatusCode = 404;
        };
        Mark("web", _web.Address.ToString().TrimEnd('/'));
        Mark("hello", $"sha256:{Digest.Of("hello\n"u8).Hex}");
    }

    private async Task AddKeyAsync()
    {
        var key = _folder["key"];
        (await Command.RunAsync(RealTool.Find("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", "key of tests", "-f", key])).Succeeded();
        Mark("key", key);
    }
}
