using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>The process that speaks to builders elsewhere, as it is started: the tool, on a .NET.</summary>
/// <param name="Host">The .NET's <c>dotnet</c>, by its full path.</param>
/// <param name="Assembly">The tool's, by its full path.</param>
public sealed record SolverProgram(string Host, string Assembly)
{
    /// <summary>The name of the tool's command.</summary>
    public const string CommandName = "solve-remote";

    /// <summary>The tool, on the .NET that runs this process.</summary>
    /// <param name="assembly">By its full path.</param>
    /// <param name="environment">Names the .NET.</param>
    public static SolverProgram Of(string assembly, IReadOnlyDictionary<string, string> environment) =>
        new(environment.GetValueOrDefault("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : Path.GetFullPath(Own, RuntimeEnvironment.GetRuntimeDirectory()), assembly);

    private static string Own => Path.Combine("..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}
