using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Takes a build's result to where a client wants it.</summary>
internal interface IExport
{
    /// <summary>What people read while it goes on, such as <c>exporting to image</c>.</summary>
    string Title { get; }

    /// <summary>Exports, and gives what the client is told, by BuildKit's keys.</summary>
    /// <param name="bridge">The build.</param>
    /// <param name="result">What is exported.</param>
    /// <param name="vertex">What the status calls the export.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, string vertex, CancellationToken cancellationToken);
}
