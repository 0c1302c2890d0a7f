using System.Globalization;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Requests of older clients in the form that newer ones have (BuildKit's control/control.go).</summary>
internal static class RequestForm
{
    private const string Epoch = "build-arg:SOURCE_DATE_EPOCH", Source = "source", OwnFrontend = "context:" + DockerfileFrontend.Name;

    /// <summary>The same request, without what is said in an older way.</summary>
    public static SolveRequest Modern(SolveRequest request)
    {
        var modern = request.Clone();
        if (request.Exporters.Count == 0 && request.ExporterDeprecated.Length > 0) modern.Exporters.Insert(0, new Exporter { Type = request.ExporterDeprecated, Attrs = { request.ExporterAttrsDeprecated } });
        if (EpochOf(request) is { } epoch)
            foreach (var exporter in modern.Exporters)
                exporter.Attrs.TryAdd(ExportValues.Epoch, epoch.ToString(CultureInfo.InvariantCulture));
        // The way to say that a Dockerfile's own wish does not count. A frontend under that name that the client has counts more.
        if (modern.Frontend == GatewayFrontend.Name && modern.FrontendAttrs.TryGetValue(Source, out var source) && source == DockerfileFrontend.Name
            && !modern.FrontendAttrs.Keys.Any(k => k == OwnFrontend || k.StartsWith(OwnFrontend + "::", StringComparison.Ordinal)))
        {
            modern.Frontend = DockerfileFrontend.Name;
            modern.FrontendAttrs.Remove(Source);
        }
        modern.Cache ??= new CacheOptions();
        if (modern.Cache.ExportRefDeprecated.Length > 0)
        {
            var entry = new CacheOptionsEntry { Type = "registry", Attrs = { modern.Cache.ExportAttrsDeprecated } };
            entry.Attrs["ref"] = modern.Cache.ExportRefDeprecated;
            modern.Cache.Exports.Add(entry);
        }
        foreach (var import in modern.Cache.ImportRefsDeprecated) modern.Cache.Imports.Add(new CacheOptionsEntry { Type = "registry", Attrs = { ["ref"] = import } });
        return modern;
    }

    /// <summary>The time that the frontend is given for every one, in seconds since 1970; <c>null</c> for none, or one that the frontend has to find.</summary>
    public static long? EpochOf(SolveRequest request) => SourceDateEpoch.Find(request.FrontendAttrs.GetValueOrDefault(Epoch, ""));

    private static void TryAdd(this Google.Protobuf.Collections.MapField<string, string> map, string key, string value)
    {
        if (!map.ContainsKey(key)) map[key] = value;
    }
}
