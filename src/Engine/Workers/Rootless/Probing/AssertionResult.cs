using System.Text.Json;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Whether something holds in a step's sandbox.</summary>
/// <param name="Name">What is to hold.</param>
/// <param name="Outcome">Whether it does.</param>
/// <param name="Text">What was found against it, or why it cannot be proven; empty when it holds.</param>
public sealed record AssertionResult(string Name, AssertionOutcome Outcome, string Text = "")
{
    /// <summary>As one line, to travel between processes.</summary>
    internal string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>Of such a line; <c>null</c> for what is none.</summary>
    internal static AssertionResult? OfLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AssertionResult>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
