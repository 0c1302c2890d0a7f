namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Where the result of a build goes, and what that asks of its layers.</summary>
internal sealed record BuildExports(IReadOnlyList<IExport> Exports, ExportLayering Layering);
