using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Results as frontends are sent them.</summary>
internal static class GatewayResults
{
    public static Result Write(FrontendResult result)
    {
        var sent = new Result();
        foreach (var (key, value) in result.Metadata) sent.Metadata[key] = value;
        foreach (var (key, value) in result.Attestations) sent.Attestations[key] = value;
        if (result.Refs.Count == 1 && result.Refs.TryGetValue(FrontendResult.Only, out var only)) sent.Ref = Write(only);
        else if (result.Refs.Count > 0) sent.Refs = new RefMap { Refs = { result.Refs.ToDictionary(r => r.Key, r => Write(r.Value)) } };
        return sent;
    }

    private static Ref Write(BuildRef known) => new() { Id = known.Id, Def = known.Graph };
}
