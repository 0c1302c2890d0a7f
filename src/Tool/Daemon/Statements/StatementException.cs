using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>A statement about a result that cannot be made.</summary>
internal sealed class StatementException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string IncompleteMaterials = "MBK2580";
    internal const string BadRequest = "MBK2581";
    internal const string BadStatement = "MBK2582";
    internal const string BadScanner = "MBK2583";

    /// <summary>Folders of the client of which nobody can say what they were, for the typed error that clients look for.</summary>
    public IReadOnlyCollection<string> Folders { get; init; } = [];
}
