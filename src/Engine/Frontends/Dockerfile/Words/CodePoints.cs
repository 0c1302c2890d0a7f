using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Text as whole characters, so that a pattern's <c>?</c> takes one even outside the basic plane. Halves of broken pairs pass through.</summary>
internal static class CodePoints
{
    internal static int[] Of(string text)
    {
        var points = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            points.Add(isPair ? char.ConvertToUtf32(text[i], text[++i]) : text[i]);
        }
        return [.. points];
    }

    internal static string ToText(ReadOnlySpan<int> points)
    {
        var text = new StringBuilder(points.Length);
        foreach (var point in points)
        {
            if (point > char.MaxValue) text.Append(char.ConvertFromUtf32(point));
            else text.Append((char)point);
        }
        return text.ToString();
    }
}
