namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>What an instruction runs.</summary>
/// <param name="Words">Program and arguments; in the shell form the one text that the shell gets.</param>
/// <param name="IsShell">Not written as a JSON list.</param>
public sealed record CommandLine(IReadOnlyList<string> Words, bool IsShell)
{
    /// <summary>Nothing at all.</summary>
    public static CommandLine None { get; } = new([], false);
}
