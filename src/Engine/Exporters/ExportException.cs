using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Exporters;

/// <summary>An image cannot be assembled or delivered.</summary>
public sealed class ExportException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string FormatCannotHold = "MBK2201";
    internal const string CannotWrite = "MBK2202";
    internal const string NoLocalEngine = "MBK2203";
    internal const string LocalEngineFailed = "MBK2204";
    internal const string InTheWay = "MBK2205";
    internal const string NoCaches = "MBK2206";
    internal const string TwicePlaced = "MBK2207";

    /// <param name="what">What failed, with the place quoted, as the beginning of a sentence.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="needed">Bytes that were to be written, as far as that is known.</param>
    /// <param name="property">Sets another place.</param>
    /// <param name="e">The cause.</param>
    internal static ExportException CannotWriteTo(string what, string path, long needed, string property, Exception e) => new(CannotWrite, ErrorKind.Unavailable,
        $"{what}: {DiskSpace.Explain(e, path, needed)}. Free the disk, with 'msbuildkit prune' if the content store is on it, or set {property} to another place.", e);
}
