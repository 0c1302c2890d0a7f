using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Values of exporters' attributes.</summary>
internal static class ExportValues
{
    /// <summary>The attribute of every exporter that says which time stands for all.</summary>
    public const string Epoch = "source-date-epoch";

    /// <summary>As Go reads it; nothing at all means yes. <c>null</c> when it is not said. Throws MBK2507.</summary>
    public static bool? Flag(IReadOnlyDictionary<string, string> attributes, string key)
    {
        if (!attributes.TryGetValue(key, out var text)) return null;
        return text.Length == 0 ? true : GoBoolean.Parse(text) ?? throw Bad(key, text, "use true or false");
    }

    /// <summary><c>null</c> when it is not said. Throws MBK2507.</summary>
    public static long? Number(IReadOnlyDictionary<string, string> attributes, string key)
    {
        if (!attributes.TryGetValue(key, out var text) || text.Length == 0) return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Bad(key, text, "use a number");
    }

    /// <summary>The error for a value that cannot be used.</summary>
    public static DaemonException Bad(string key, string value, string advice) =>
        new(DaemonException.BadRequest, ErrorKind.Invalid, $"non-valid value '{value}' specified for {key}: {advice}");
}
