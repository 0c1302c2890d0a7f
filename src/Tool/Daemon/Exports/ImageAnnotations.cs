using System.Text.RegularExpressions;
using Google.Protobuf;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Annotations as exporters and frontends name them: <c>annotation.KEY</c>, <c>annotation-manifest[linux/amd64].KEY</c> and the like (BuildKit's exptypes/annotations.go).</summary>
internal sealed partial class ImageAnnotations
{
    private readonly List<(string Kind, string Platform, string Key, string Value)> _all = [];

    /// <param name="ofFrontend">What the frontend's result says.</param>
    /// <param name="attributes">What the client says, which counts more.</param>
    public ImageAnnotations(IReadOnlyDictionary<string, ByteString> ofFrontend, IReadOnlyDictionary<string, string> attributes)
    {
        foreach (var (key, value) in ofFrontend) Add(key, value.ToStringUtf8);
        foreach (var (key, value) in attributes) Add(key, () => value);
    }

    /// <summary>Of the index.</summary>
    public IReadOnlyDictionary<string, string> OfIndex => Take("index", null);

    /// <summary>Of what points at the index.</summary>
    public IReadOnlyDictionary<string, string> OfIndexDescriptor => Take("index-descriptor", null);

    /// <summary>Of a platform's manifest.</summary>
    public IReadOnlyDictionary<string, string> OfManifest(Platform platform) => Take("manifest", platform);

    /// <summary>Of what points at a platform's manifest.</summary>
    public IReadOnlyDictionary<string, string> OfManifestDescriptor(Platform platform) => Take("manifest-descriptor", platform);

    private void Add(string key, Func<string> value)
    {
        if (Name().Match(key) is { Success: true } name)
            _all.Add((name.Groups["kind"].Value is { Length: > 0 } kind ? kind : "manifest", name.Groups["platform"].Value, name.Groups["key"].Value, value()));
    }

    // One for a platform counts more than one for all.
    private Dictionary<string, string> Take(string kind, Platform? platform)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in _all.Where(a => a.Kind == kind && a.Platform.Length == 0)) taken[annotation.Key] = annotation.Value;
        foreach (var annotation in _all.Where(a => a.Kind == kind && a.Platform.Length > 0 && a.Platform == platform?.Normalize().ToString())) taken[annotation.Key] = annotation.Value;
        return taken;
    }

    [GeneratedRegex(@"^annotation(?:-(?<kind>index|index-descriptor|manifest|manifest-descriptor))?(?:\[(?<platform>[A-Za-z0-9_/.-]+)\])?\.(?<key>\S+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
