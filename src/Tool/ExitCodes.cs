namespace MsBuildKit.Tool;

/// <summary>What the tool's exit codes mean.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command did its work, and found faults.</summary>
    public const int FaultsFound = 1;

    /// <summary>The command could not do its work.</summary>
    public const int Failed = 2;

    /// <summary>What shells use for a program that Ctrl+C ended.</summary>
    public const int Cancelled = 130;
}
