using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Tells the images of one platform's result from those of others: a frontend looks up an image once for each.</summary>
internal static class PlatformImages
{
    /// <summary>Without those that were looked up for another platform, where each platform has one of that name.</summary>
    /// <param name="images">All that were looked up.</param>
    /// <param name="platforms">Of the result, by its names for them.</param>
    /// <param name="id">Which it is about.</param>
    public static IEnumerable<ImageMaterial> Of(IReadOnlyList<ImageMaterial> images, IReadOnlyList<(string Id, Platform Platform)> platforms, string id)
    {
        if (platforms.Count == 0) return images;
        var own = platforms.FirstOrDefault(p => p.Id == id).Platform;
        var everywhere = images.GroupBy(i => i.Reference.ToString()).Where(g => platforms.All(p => g.Any(i => IsFor(i, p.Platform)))).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return images.Where(i => i.Platform is null || !everywhere.Contains(i.Reference.ToString()) || (own is not null && IsFor(i, own)));
    }

    private static bool IsFor(ImageMaterial image, Platform platform) => image.Platform is { } own && (own.Os, own.Architecture) == (platform.Os, platform.Architecture);
}
