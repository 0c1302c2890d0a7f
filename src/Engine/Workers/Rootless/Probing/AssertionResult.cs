using System.Text.Json;
using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Whether something holds in a step's sandbox.</summary>
/// <param name="Name">What is to hold.</param>
/// <param name="Outcome">Whether it does.</param>
/// <param name="Text">What was found against it, or why it cannot be proven; empty when it holds.</param>
public sealed record AssertionResult(string Name, AssertionOutcome Outcome, string Text = "")
{
    /// <summary>As one line, to travel between processes.</summary>
    internal string ToLine() => JsonSerializer.Serialize(this, AssertionResultJson.Default.AssertionResult);

    /// <summary>Of such a line; <c>null</c> for what is none.</summary>
    internal static AssertionResult? OfLine(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AssertionResultJson.Default.AssertionResult);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(AssertionResult))]
internal sealed partial class AssertionResultJson : JsonSerializerContext;
