using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Who says what is in a result.</summary>
/// <param name="Generator">An image that looks through it; <c>null</c> for the engine itself.</param>
/// <param name="Parameters">What that image is told.</param>
internal sealed record SbomOptions(ImageReference? Generator, IReadOnlyDictionary<string, string> Parameters)
{
    private const string Named = "generator", Off = "disabled";

    /// <summary>What parameters say; <c>null</c> when they say that none is wanted.</summary>
    public static SbomOptions? Read(Dictionary<string, string> given, List<string> faults)
    {
        if (given.GetValueOrDefault(Off) == "true") return null;
        var parameters = given.Where(g => g.Key is not (Named or Off)).ToDictionary(StringComparer.Ordinal);
        if (!given.TryGetValue(Named, out var name)) return new SbomOptions(null, parameters);
        if (name.Length == 0) faults.Add("sbom generator cannot be empty: name an image, or leave it out");
        else if (ImageReference.TryParse(name, out var generator, out var why)) return new SbomOptions(generator, parameters);
        else faults.Add($"failed to parse sbom generator {name}: {why}");
        return null;
    }
}
