using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Takes a build's result to where a client wants it.</summary>
internal interface IExport
{
    /// <summary>What people read while it goes on, such as <c>exporting to image</c>.</summary>
    string Title { get; }

    /// <summary>Exports, and gives what the client is told, by BuildKit's keys.</summary>
    Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken);
}
