using Google.Protobuf;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What a frontend came to: trees by platform, and what it says of them (BuildKit's frontend.Result).</summary>
internal sealed record FrontendResult
{
    /// <summary>The name of the only tree of a result that names no platform.</summary>
    public const string Only = "";

    /// <summary>By the ids of platforms, or one that is called <see cref="Only"/>. None is an answer that has no tree.</summary>
    public IReadOnlyDictionary<string, BuildRef> Refs { get; init; } = new Dictionary<string, BuildRef>();

    /// <summary>By the keys that exporters know, such as <c>containerimage.config</c> and <c>refs.platforms</c>.</summary>
    public IReadOnlyDictionary<string, ByteString> Metadata { get; init; } = new Dictionary<string, ByteString>();

    /// <summary>What is said of one platform, else of all; <c>null</c> for nothing.</summary>
    public ByteString? Find(string key, string id) =>
        id.Length > 0 && Metadata.TryGetValue($"{key}/{id}", out var own) ? own : Metadata.GetValueOrDefault(key);

    /// <summary>Statements of the frontend, by the ids of platforms; their refs are those of the build.</summary>
    public IReadOnlyDictionary<string, Attestations> Attestations { get; init; } = new Dictionary<string, Attestations>();

    /// <summary>Everything that is said of the result, by the ids of platforms; none until the build is done.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ResultStatement>> Statements { get; init; } = new Dictionary<string, IReadOnlyList<ResultStatement>>();
}
