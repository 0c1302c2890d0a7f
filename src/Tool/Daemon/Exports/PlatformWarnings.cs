using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Says when a result is not for the platforms that were asked for (BuildKit's exporter/verifier).</summary>
internal static class PlatformWarnings
{
    private const string Key = "platform";

    /// <summary>What is to be said; <c>null</c> for nothing.</summary>
    public static VertexWarning? Find(IReadOnlyDictionary<string, string> asked, FrontendResult result, Platform machine)
    {
        if (result.Refs.Count == 0) return null;
        var names = asked.GetValueOrDefault(Key, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var wanted = names.Length == 0 ? [machine.Normalize().ToString()] : names.Select(n => Platform.Parse(n).Normalize().ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var platforms = ResultImages.Platforms(result, machine).Select(p => p.Platform with { OsVersion = null }).Select(p => p.Normalize().ToString()).Order(StringComparer.Ordinal).ToList();
        if (wanted.SequenceEqual(platforms, StringComparer.Ordinal)) return null;
        if (wanted is [var one] && platforms is [var other]) return Warn($"Requested platform \"{one}\" does not match result platform \"{other}\"");
        return !ResultTrees.IsSplit(result) && wanted.Count > 1 ? Warn("Multiple platforms requested but result is not multi-platform")
            : Warn($"Requested platforms {string.Join(',', wanted)} do not match result platforms {string.Join(',', platforms)}");
    }

    private static VertexWarning Warn(string text) => new() { Level = 1, Short = ByteString.CopyFromUtf8(text) };
}
