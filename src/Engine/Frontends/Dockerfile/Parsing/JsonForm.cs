using System.Text;
using System.Text.Json;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Arguments that are written as a JSON list.</summary>
internal static class JsonForm
{
    /// <summary>The strings of the list, or <c>null</c> for what is no JSON list: it is in the shell form then, as a broken one is.</summary>
    /// <param name="hasOthers">It is a list of more than strings, which no form allows.</param>
    internal static IReadOnlyList<string>? Read(string text, out bool hasOthers)
    {
        hasOthers = false;
        if (!text.AsSpan().TrimStart().StartsWith("[")) return null;

        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            hasOthers = document.RootElement.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String);
            return hasOthers ? null : [.. document.RootElement.EnumerateArray().Select(e => e.GetString()!)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
