using System.Globalization;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>The times of images: the one that their exporter is told, else the one that their frontend found (BuildKit's exporter/util/epoch).</summary>
/// <param name="attributes">What the exporter is told.</param>
/// <param name="newest">The time that no file in the build's layers is newer than, in seconds since 1970.</param>
internal sealed class ImageTimes(ImageAttributes attributes, long newest)
{
    private const string Key = "source.date.epoch";

    /// <summary>The image with its times. Throws MBK2507 and MBK2519.</summary>
    /// <param name="image">Without them.</param>
    /// <param name="result">Has what the frontend found.</param>
    /// <param name="id">The image's name in the result.</param>
    /// <param name="baseLayers">How many layers are the base's.</param>
    public SolvedImage Apply(SolvedImage image, FrontendResult result, string id, int baseLayers)
    {
        if ((attributes.SourceDateEpoch ?? Find(result, id)) is not { } epoch) return image;
        var dated = image with { Config = image.Config with { Created = Text(epoch) } };
        return attributes.RewriteTimestamp ? dated with { Stamp = new LayerStamp(epoch >= newest ? epoch : throw TooEarly(epoch), baseLayers) } : dated;
    }

    private long? Find(FrontendResult result, string id)
    {
        if (attributes.IsEpochReset || result.Find(Key, id) is not { Length: > 0 } said) return null;
        return SourceDateEpoch.Find(said.ToStringUtf8()) ?? throw ExportValues.Bad(Key, said.ToStringUtf8(), "a frontend gives seconds since 1970");
    }

    private DaemonException TooEarly(long epoch) => new(DaemonException.NotOffered, ErrorKind.NotSupported,
        $"times in layers cannot be rewritten to {Text(epoch)} once they are written, as files in them may be of {Text(newest)}: give the time to the exporter (source-date-epoch), or as the build argument SOURCE_DATE_EPOCH");

    private static string Text(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
