using MsBuildKit.Faults.Fuzz.Targets;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>All targets by name, each made anew for whoever asks. The folders of seeds have the same names.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>
    {
        ["reference"] = () => new ReferenceTarget(),
        ["names"] = () => new NamesTarget(),
        ["manifest"] = () => new ManifestTarget(),
        ["config"] = () => new ConfigTarget(),
        ["layer"] = () => new LayerTarget(),
        ["compression"] = () => new CompressionTarget(),
        ["archive"] = () => new ArchiveTarget(),
        ["challenge"] = () => new ChallengeTarget(),
        ["headers"] = () => new HeadersTarget(),
        ["credentials"] = () => new CredentialsTarget(),
        ["users"] = () => new UsersTarget(),
        ["program"] = () => new ProgramTarget(),
        ["records"] = () => new RecordsTarget(),
        ["llb"] = () => new LlbTarget(),
        ["debian"] = () => new DebianTarget(),
        ["release"] = () => new ReleaseTarget(),
        ["sources"] = () => new SourcesTarget(),
        ["deb"] = () => new DebTarget(),
        ["properties"] = () => new PropertiesTarget(),
        ["dockerfile"] = () => new DockerfileTarget(),
        ["words"] = () => new WordsTarget(),
        ["convert"] = () => new ConvertTarget(),
    };
}
