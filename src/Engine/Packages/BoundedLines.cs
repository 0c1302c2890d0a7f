using System.Text;

namespace MsBuildKit.Engine.Packages;

/// <summary>Reads lines, and refuses one that never ends.</summary>
internal static class BoundedLines
{
    private const int Longest = 1 << 20;

    /// <summary>Each line without its end, as <see cref="TextReader.ReadLine"/> gives them; throws <see cref="InvalidDataException"/>.</summary>
    public static IEnumerable<string> Read(TextReader reader)
    {
        var buffer = new char[1 << 14];
        var line = new StringBuilder();
        for (int read; (read = reader.Read(buffer, 0, buffer.Length)) > 0;)
        {
            var from = 0;
            for (int end; (end = Array.IndexOf(buffer, '\n', from, read - from)) >= 0; from = end + 1)
            {
                line.Append(buffer, from, end - from);
                yield return Take(line);
            }
            line.Append(buffer, from, read - from);
            if (line.Length > Longest) throw new InvalidDataException($"a line of it has more than {Longest} characters");
        }
        if (line.Length > 0) yield return Take(line);
    }

    private static string Take(StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
