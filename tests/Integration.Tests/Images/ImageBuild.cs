using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>Builds images of one tiny application, a static web server with a page, in a folder of its own.</summary>
internal sealed class ImageBuild : IDisposable, IProgress<BuildEvent>
{
    public const string Page = "served from an image\n";
    public const string Tag = "1.0";

    private readonly Registries _registries;
    private readonly BuilderServices _services;
    private readonly List<BuildEvent> _events = [];

    /// <param name="environment">Where credentials are looked for; empty when not given.</param>
    /// <param name="enginePath">The only folder where a local engine is looked for.</param>
    public ImageBuild(IReadOnlyDictionary<string, string>? environment = null, string? enginePath = null)
    {
        Folder.Write("src/www/index.html", Page);
        Folder.Write("src/settings.conf", "colour = blue\n");
        _registries = new Registries(
            new HostCredentials(environment ?? new Dictionary<string, string>(), Folder["home"]),
            new RegistryOptions { Time = TimeProvider.System, Random = new Random(1), Attempts = 2 });
        _services = new BuilderServices
        {
            Time = TimeProvider.System,
            Registries = _registries,
            Mirrors = PackageComposer.CreateClient(),
            LocalEngines = new LocalEngineLoader(enginePath is null ? [] : [enginePath]),
        };
    }

    public TempFolder Folder { get; } = new("image");

    public string Layout => Folder["out"];

    public string Cache => Folder["cache"];

    /// <summary>What the builds so far said in words.</summary>
    public IEnumerable<string> Messages
    {
        get
        {
            lock (_events) return [.. _events.OfType<BuildMessage>().Select(m => m.Text)];
        }
    }

    /// <summary>The application on scratch for this machine's platform.</summary>
    public BuildRequest Request => new()
    {
        ProjectName = "Pages",
        Images = [Image(new ScratchBase())],
        Repository = "tests/pages",
        Tags = [Tag],
        OutputDirectory = Layout,
        CacheDirectory = Cache,
        SourceDateEpoch = 1_700_000_000,
    };

    public Task<BuildResult> RunAsync(BuildRequest request) => new Builder(_services).BuildAsync(request, this, CancellationToken.None);

    /// <summary>The application on any base. Only this machine's platform can run it.</summary>
    public ProjectImage Image(BaseImage ground, Platform? platform = null, int port = 8080) => new()
    {
        Platform = platform ?? Platform.LinuxAmd64,
        Base = ground,
        Files =
        [
            new ProjectFile("/app/busybox", RealTool.Find("busybox"), new Component(ComponentKind.Framework, "busybox", "1.0"), Mode: 0b111_101_101),
            new ProjectFile("/app/www/index.html", Folder["src/www/index.html"], new Component(ComponentKind.Application, "Pages", "1.0")),
            new ProjectFile("/etc/pages/settings.conf", Folder["src/settings.conf"], new Component(ComponentKind.Extra, "Pages"), Mode: 0b110_100_000, Owner: "7:8"),
        ],
        Config = new ProjectImageConfig
        {
            WorkingDirectory = "/app",
            User = "1654",
            AppCommand = ["/app/busybox", "httpd", "-f", "-p", $"127.0.0.1:{port}", "-h", "/app/www"],
            Environment = [KeyValuePair.Create("ASPNETCORE_HTTP_PORTS", "8080")],
            Labels = new Dictionary<string, string> { ["tests.purpose"] = "to be judged" },
        },
    };

    void IProgress<BuildEvent>.Report(BuildEvent value)
    {
        lock (_events) _events.Add(value);
    }

    public void Dispose()
    {
        _registries.Dispose();
        _services.Mirrors.Dispose();
        Folder.Dispose();
    }
}
