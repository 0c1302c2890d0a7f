namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>A value of a configuration file.</summary>
/// <param name="Key">Its whole key: the names of its tables and its own.</param>
/// <param name="Value">A text, a number, a truth, or a list of such.</param>
/// <param name="Line">Where the key stands, from 1.</param>
/// <param name="Column">Where the key stands, from 1.</param>
internal sealed record ConfigEntry(IReadOnlyList<string> Key, object Value, int Line, int Column)
{
    /// <summary>The key as a file has it.</summary>
    public string Name => string.Join('.', Key.Select(k => k.Contains('.', StringComparison.Ordinal) ? $"\"{k}\"" : k));
}
