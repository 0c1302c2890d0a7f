using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests;

/// <summary>Small layers, images and requests that many tests start from.</summary>
internal static class TestImages
{
    public static BuilderServices Services { get; } = new()
    {
        Time = TimeProvider.System,
        Registries = new Registries(
            new HostCredentials(new Dictionary<string, string>(), Path.GetTempPath()), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) }),
        Mirrors = new HttpClient(),
        LocalEngines = new LocalEngineLoader([]),
    };

    public static TreeEntry FileEntry(string path, string content, int mode = 0b110_100_100) => FileEntry(path, Encoding.UTF8.GetBytes(content), mode);

    public static TreeEntry FileEntry(string path, byte[] content, int mode = 0b110_100_100) => new()
    {
        Path = path, Type = TreeEntryType.File, Mode = mode, Size = content.Length, Open = () => new MemoryStream(content),
    };

    public static TreeEntry Folder(string path) => new() { Path = path, Type = TreeEntryType.Directory, Mode = 0b111_101_101 };

    public static Task<Layer> WriteLayerAsync(IContentStore store, params TreeEntry[] entries) =>
        LayerWriter.WriteAsync(entries, store, new LayerOptions(), "test", default);

    public static ProjectImage Image(BaseImage ground, params ProjectFile[] files) => new()
    {
        Platform = Platform.LinuxAmd64,
        Base = ground,
        Files = files,
        Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["/app/run"] },
    };

    public static BuildRequest Request(string folder, params ProjectImage[] images) => new()
    {
        ProjectName = "Shop",
        Images = images,
        Repository = "team/shop",
        Tags = ["1.0"],
        OutputDirectory = Path.Combine(folder, "out"),
        CacheDirectory = Path.Combine(folder, "cache"),
        SourceDateEpoch = 1_700_000_000,
    };
}
