using System.Text.Json;
using System.Text.Json.Serialization;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, in a word or two.</param>
/// <param name="Outcome">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do, where something is to be done.</param>
public sealed record HostCheck(string Name, CheckOutcome Outcome, string Text, string? Remedy = null)
{
    internal static HostCheck Good(string name, string text) => new(name, CheckOutcome.Good, text);

    internal static HostCheck Note(string name, string text) => new(name, CheckOutcome.Note, text);

    internal static HostCheck Bad(string name, string text, string remedy) => new(name, CheckOutcome.Bad, text, remedy);

    /// <summary>What an error says: what is wrong in its first sentence, and what to do in the others.</summary>
    internal static HostCheck Bad(string name, BuildException e) =>
        e.Message.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? Bad(name, e.Message[..end], e.Message[(end + 2)..]) : new(name, CheckOutcome.Bad, e.Message);

    /// <summary>As one line, to travel between processes.</summary>
    internal string ToLine() => JsonSerializer.Serialize(this, HostCheckJson.Default.HostCheck);

    internal static HostCheck OfLine(string line) => JsonSerializer.Deserialize(line, HostCheckJson.Default.HostCheck)!;
}

[JsonSerializable(typeof(HostCheck))]
internal sealed partial class HostCheckJson : JsonSerializerContext;
