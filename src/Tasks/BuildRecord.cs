using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>What a build left behind: enough to tell later whether it still stands, and to answer as if it had been run again.</summary>
internal sealed record BuildRecord
{
    public required IReadOnlyList<string> Names { get; init; }

    public required string LayoutDirectory { get; init; }

    /// <summary>Of the index, or of the only manifest.</summary>
    public required string Digest { get; init; }

    public required string MediaType { get; init; }

    /// <summary>Of every platform.</summary>
    public required IReadOnlyList<BuiltManifest> Manifests { get; init; }

    /// <summary>Empty when the image is a manifest.</summary>
    public required string IndexJson { get; init; }

    /// <summary>Empty when no archive was asked for.</summary>
    public required string ArchivePath { get; init; }

    /// <summary>Paths and their platforms.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Sboms { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Provenances { get; init; }

    /// <summary>Every file that was written.</summary>
    public required IReadOnlyList<KeyValuePair<string, FileStamp>> Files { get; init; }

    /// <summary>Files that the build wrote or used and that are the user's to keep: lock files.</summary>
    public required IReadOnlyList<KeyValuePair<string, FileStamp>> LockFiles { get; init; }

    /// <summary>References that the image came from or went to, and the digests they had.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> References { get; init; }

    /// <summary>A local engine was asked for; <see cref="Engine"/> got the image, or nobody when it is empty.</summary>
    public required bool WantsEngine { get; init; }

    public required string Engine { get; init; }

    /// <summary>What the engine calls the image.</summary>
    public required string EngineId { get; init; }

    public static BuildRecord Of(BuildRequest request, BuildResult result) => new()
    {
        Names = result.Names,
        LayoutDirectory = result.LayoutDirectory,
        Digest = result.Image.Digest.ToString(),
        MediaType = result.Image.MediaType,
        Manifests = [.. result.Images.Select(i => new BuiltManifest(i.Platform.ToString(), i.Manifest.Digest.ToString(), i.Manifest.MediaType, i.ManifestJson, i.ConfigJson))],
        IndexJson = result.IndexJson ?? "",
        ArchivePath = request.Outputs.OfType<ArchiveOutput>().FirstOrDefault()?.Path ?? "",
        Sboms = [.. result.Images.Where(i => i.SbomPath is not null).Select(i => KeyValuePair.Create(i.SbomPath!, i.Platform.ToString()))],
        Provenances = [.. result.Images.Where(i => i.ProvenancePath is not null).Select(i => KeyValuePair.Create(i.ProvenancePath!, i.Platform.ToString()))],
        Files = [.. result.Files.Select(f => KeyValuePair.Create(f, FileStamp.Of(f)))],
        LockFiles = [.. request.Images.Select(i => i.Base).OfType<ComposedBase>().Select(b => b.LockFile).OfType<string>().Distinct().Select(f => KeyValuePair.Create(f, FileStamp.Of(f)))],
        References = [.. result.References.Select(r => KeyValuePair.Create(r.Reference.ToString(), r.Digest.ToString()))],
        WantsEngine = request.Outputs.Any(o => o is LocalEngineOutput),
        Engine = result.Loaded?.Engine ?? "",
        EngineId = result.Loaded?.Id ?? "",
    };
}
