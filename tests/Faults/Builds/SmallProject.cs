using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Builds;

/// <summary>A project of three layers on nothing, built in this process to a layout and an archive, with SBOM and provenance.</summary>
/// <param name="Sources">Its files.</param>
/// <param name="Store">The content store.</param>
/// <param name="Output">Layout, statements and archive.</param>
/// <param name="Cores">How much is done at once.</param>
internal sealed record SmallProject(string Sources, string Store, string Output, int Cores = 2)
{
    private static readonly (string Path, int Size, Component Component)[] s_files =
    [
        ("System.Runtime.dll", 60_000, new(ComponentKind.Framework, "Microsoft.NETCore.App", "10.0.0")),
        ("Json.dll", 30_000, new(ComponentKind.Package, "Json", "13.0.1")),
        ("run", 2_000, new(ComponentKind.Application, "Shop", "1.0")),
        ("Shop.dll", 20_000, new(ComponentKind.Application, "Shop", "1.0")),
    ];

    public string Layout => Path.Combine(Output, "image");

    public string Archive => Path.Combine(Output, "image.tar");

    /// <summary>Gives the files the content of a version: bytes that do not compress.</summary>
    public void Write(int version)
    {
        Directory.CreateDirectory(Sources);
        foreach (var (name, size, component) in s_files)
        {
            var bytes = new byte[size];
            // The framework stays as it is from version to version, and the rest changes.
            new Random(component.Kind == ComponentKind.Framework ? size : size + version).NextBytes(bytes);
            if (name == "run") "#!/bin/sh\n"u8.CopyTo(bytes);
            File.WriteAllBytes(Path.Combine(Sources, name), bytes);
        }
    }

    public Task<BuildResult> BuildAsync() => new Builder(Services()).BuildAsync(
        new BuildRequest
        {
            ProjectName = "Shop",
            Images =
            [
                new ProjectImage
                {
                    Platform = Platform.LinuxAmd64,
                    Base = new ScratchBase(),
                    Files = [.. s_files.Select(f => new ProjectFile("/app/" + f.Path, Path.Combine(Sources, f.Path), f.Component))],
                    Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["/app/run"] },
                },
            ],
            Repository = "team/shop",
            Tags = ["1.0"],
            OutputDirectory = Layout,
            CacheDirectory = Store,
            Outputs = [new ArchiveOutput(Archive, Docker: false)],
            SourceDateEpoch = 1_700_000_000,
            Parallelism = Cores,
        },
        null, default);

    private static BuilderServices Services() => new()
    {
        Time = TimeProvider.System,
        Registries = new Registries(
            new HostCredentials(new Dictionary<string, string>(), Path.GetTempPath()), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) }),
        Mirrors = new HttpClient(),
        LocalEngines = new LocalEngineLoader([]),
    };
}
