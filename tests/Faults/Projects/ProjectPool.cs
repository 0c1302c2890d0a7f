using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Projects;

/// <summary>Generated projects of a few files each, no two alike, for drills that build.</summary>
/// <param name="folder">Where their files are.</param>
internal sealed class ProjectPool(string folder)
{
    private static readonly Component s_package = new(ComponentKind.Package, "Some.Package", "1.2.3"), s_application = new(ComponentKind.Application, "Shop", "1.0");

    /// <summary>What builds need of the world outside; registries are asked for no credentials.</summary>
    public static BuilderServices Services { get; } = new()
    {
        Time = TimeProvider.System,
        Registries = new Registries(
            new HostCredentials(new Dictionary<string, string>(), Path.GetTempPath()), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) }),
        Mirrors = new HttpClient(),
        LocalEngines = new LocalEngineLoader([]),
    };

    /// <summary>Makes the files of <paramref name="count"/> projects, each of about <paramref name="size"/> bytes.</summary>
    public void Generate(int count, int size, int seed)
    {
        for (var project = 0; project < count; project++)
        {
            var random = new Random(seed + project);
            Write(PathOf(project, "library.dll"), size / 2, random);
            Write(PathOf(project, "shop.dll"), size / 2, random);
            File.WriteAllText(PathOf(project, "run"), $"#!/bin/sh\nexec shop {project}\n");
        }
    }

    /// <summary>What asks for the image of a project.</summary>
    public BuildRequest Request(int project, string store, string output) => new()
    {
        ProjectName = "Shop",
        Images =
        [
            new ProjectImage
            {
                Platform = Platform.LinuxAmd64,
                Base = new ScratchBase(),
                Files =
                [
                    new ProjectFile("/app/library.dll", PathOf(project, "library.dll"), s_package),
                    new ProjectFile("/app/shop.dll", PathOf(project, "shop.dll"), s_application),
                    new ProjectFile("/app/run", PathOf(project, "run"), s_application),
                ],
                Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["/app/run"] },
            },
        ],
        Repository = $"team/shop{project}",
        Tags = ["1.0"],
        OutputDirectory = output,
        CacheDirectory = store,
        SourceDateEpoch = 1_700_000_000,
    };

    private string PathOf(int project, string name) => Path.Combine(folder, $"p{project}", name);

    // Half of it compresses well, as programs do.
    private static void Write(string path, int size, Random random)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes.AsSpan(0, size / 2));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
