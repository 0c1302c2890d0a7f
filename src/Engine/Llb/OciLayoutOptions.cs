using System.Globalization;

namespace MsBuildKit.Engine.Llb;

/// <summary>Which layout holds an image, and how much of it is taken (see <see cref="LlbState.OciLayout(string, Oci.Platform, OciLayoutOptions, string?)"/>).</summary>
public sealed record OciLayoutOptions
{
    /// <summary>The session that lends the layout; empty for the build's own.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>The layout's name in the session; empty when the reference names it.</summary>
    public string Store { get; init; } = "";

    /// <summary>How many of the image's layers are taken, from the first; <c>null</c> for all.</summary>
    public int? LayerLimit { get; init; }

    internal IReadOnlyDictionary<string, string> ToWire()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (SessionId.Length > 0) attributes[SourceKeys.LayoutSession] = SessionId;
        if (Store.Length > 0) attributes[SourceKeys.LayoutStore] = Store;
        if (LayerLimit is { } limit) attributes[SourceKeys.LayoutLayerLimit] = limit.ToString(CultureInfo.InvariantCulture);
        return attributes;
    }
}
