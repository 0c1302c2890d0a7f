using System.Text;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Configurations of base images: read, edited as for a project, and written in a form that reads the same.</summary>
internal sealed class ConfigTarget : FuzzTarget
{
    private static readonly ProjectImage s_project = new()
    {
        Platform = Platform.LinuxAmd64, Base = new ScratchBase(), Files = [],
        Config = new ProjectImageConfig { WorkingDirectory = "/app", AppCommand = ["dotnet", "/app/a.dll"], Environment = [KeyValuePair.Create("PATH", "/x:$PATH"), KeyValuePair.Create("ASPNETCORE_HTTP_PORTS", "80;81")] },
    };

    public override IReadOnlyList<string> Words =>
        ["\"architecture\"", "\"os\"", "\"config\"", "\"Env\"", "\"PATH=\"", "\"=\"", "\"ExposedPorts\"", "\"Volumes\"", "\"Labels\"", "\"Healthcheck\"", "\"rootfs\"", "\"diff_ids\"", "\"history\"", "\"empty_layer\"", "\"Entrypoint\"", "\"Cmd\"", "\"User\"", "null", "{}", "[]", "\\u0000", "\\ud800"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        yield return ("full.json", OciJson.Write(new ImageConfig
        {
            Created = "2026-01-01T00:00:00Z", Architecture = "amd64", Os = "linux", OsVersion = "1", Variant = "v1",
            Config = new ContainerConfig
            {
                User = "app:app", WorkingDir = "/app", Entrypoint = ["dotnet"], Cmd = ["a.dll"], Env = ["PATH=/bin", "ASPNETCORE_URLS=http://+:80"],
                ExposedPorts = new SortedDictionary<string, EmptyObject> { ["80/tcp"] = new() }, Labels = new Dictionary<string, string> { ["a"] = "b" },
            },
            RootFs = new RootFs { DiffIds = [Digest.Of("a"u8)] },
            History = [new HistoryEntry { CreatedBy = "x" }, new HistoryEntry { EmptyLayer = true }],
        }));
        yield return ("least.json", Bytes("""{"architecture":"arm","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"moby.x":{"a":[1]}}"""));
    }

    public override byte[]? Reshape(byte[] input, Random random) => JsonShapes.Change(input, random);

    public override string Run(byte[] input)
    {
        var config = ImageConfig.Parse(input);
        var written = OciJson.Write(config);
        Require(OciJson.Write(ImageConfig.Parse(written)).AsSpan().SequenceEqual(written), "a configuration that was written reads differently");
        _ = config.Platform.ToString();
        var edited = ImageConfigEditor.Edit(config, s_project, new BaseName("base", Digest.Of("base"u8)), AppCommandLine.Place(s_project.Config, config.Config?.Entrypoint));
        ImageConfig.Parse(OciJson.Write(edited));
        return $"{config.Config is null} {config.History?.Count} {config.Unknown?.Count} {config.RootFs.DiffIds.Count} {edited.Config!.Env?.Count} {Encoding.UTF8.GetString(written).Length / 100}";
    }
}
