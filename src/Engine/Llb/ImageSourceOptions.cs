using System.Globalization;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>How an image of a registry is found, and how much of it is taken (see <see cref="LlbState.Image(string, Oci.Platform, ImageSourceOptions, string?)"/>).</summary>
public sealed record ImageSourceOptions
{
    /// <summary>Where it is looked for.</summary>
    public ImageResolveMode ResolveMode { get; init; }

    /// <summary>It serves the build alone, and people are not shown it among their images.</summary>
    public bool IsInternal { get; init; }

    /// <summary>How many of its layers are taken, from the first; <c>null</c> for all.</summary>
    public int? LayerLimit { get; init; }

    /// <summary>What must come out, or <c>null</c>.</summary>
    public Digest? Checksum { get; init; }

    internal (IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Capabilities) ToWire()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var capabilities = new List<string> { Capabilities.SourceImage };
        // An older builder may prefer what it has, but not when it was told to ask.
        Add(SourceKeys.ImageResolveMode, Text(ResolveMode), ResolveMode == ImageResolveMode.Pull ? Capabilities.SourceImageResolveMode : null);
        Add(SourceKeys.ImageRecordType, IsInternal ? "internal" : null, null);
        Add(SourceKeys.ImageLayerLimit, LayerLimit?.ToString(CultureInfo.InvariantCulture), Capabilities.SourceImageLayerLimit);
        Add(SourceKeys.ImageChecksum, Checksum?.ToString(), Capabilities.SourceImageChecksum);
        return (attributes, capabilities);

        void Add(string key, string? value, string? capability)
        {
            if (value is null) return;
            attributes[key] = value;
            if (capability is not null) capabilities.Add(capability);
        }
    }

    private static string? Text(ImageResolveMode mode) => mode switch { ImageResolveMode.Pull => "pull", ImageResolveMode.Local => "local", _ => null };
}

/// <summary>Where an image of a registry is looked for.</summary>
public enum ImageResolveMode
{
    /// <summary>As the builder does it when it is told nothing.</summary>
    Default,

    /// <summary>In the registry, always.</summary>
    Pull,

    /// <summary>Among the builder's own images first.</summary>
    Local,
}
