namespace MsBuildKit.Engine.Workers.Git;

/// <summary>One run of git.</summary>
/// <param name="Arguments">The command and what follows it; whatever somebody else chose stands behind <c>--</c> or is checked.</param>
internal sealed record GitCommand(params IReadOnlyList<string> Arguments)
{
    /// <summary>The repository, or <c>null</c> for a command that needs none.</summary>
    public string? Folder { get; init; }

    /// <summary>How it may speak to others; <c>null</c> when it may not at all.</summary>
    public GitAccess? Access { get; init; }

    /// <summary>Other variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>What it is given to read.</summary>
    public string Input { get; init; } = "";

    /// <summary>Bytes that it may write.</summary>
    public int MostOutput { get; init; } = 64 << 20;
}

/// <summary>What came of it.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">All that it wrote.</param>
/// <param name="Error">The end of what it said, plain text.</param>
internal sealed record GitOutput(int ExitCode, byte[] Output, string Error)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Output).Trim();
}
