using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>Writes values so that a Dockerfile with the escape character <c>\</c> means exactly them.</summary>
public static partial class DockerfileWords
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>False for what no instruction's line can hold: its end, and NUL.</summary>
    public static bool CanSay(string value) => !value.AsSpan().ContainsAny('\n', '\r', '\0');

    /// <summary>A word in which variables would be expanded, such as a value of <c>ENV</c>.</summary>
    public static string Word(string value) => Plain().IsMatch(value) ? value : $"\"{Escape(value)}\"";

    /// <summary>An array whose words are taken as they are, as those of <c>ENTRYPOINT</c>.</summary>
    public static string Array(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(v => JsonSerializer.Serialize(v, s_json)))}]";

    /// <summary>An array in whose words variables would be expanded, as those of <c>VOLUME</c>.</summary>
    public static string ExpandedArray(IEnumerable<string> values) => Array(values.Select(Word));

    /// <summary>A path of <c>COPY</c> that means this file alone, before it is written as a word.</summary>
    public static string Pattern(string path) => Special().Replace(path, @"\$0");

    /// <summary>A mount: fields that are a key, or a key and a value.</summary>
    public static string Mount(params IEnumerable<(string Key, string? Value)> fields) => "--mount=" + Flag(string.Join(',', fields.Select(Field)));

    /// <summary>A word as a POSIX shell reads it.</summary>
    public static string Shell(string value) => Plain().IsMatch(value) ? value : $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Field((string Key, string? Value) field)
    {
        if (field.Value is null) return field.Key;
        var text = $"{field.Key}={(Plain().IsMatch(field.Value) ? field.Value : Escape(field.Value))}";
        return text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    // Flags end at a blank, and lose their quotes and escapes, before anything else reads them.
    private static string Flag(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\\' or '"' or '\'' or ' ' or '\t') whole.Append('\\');
            whole.Append(c);
        }
        return whole.ToString();
    }

    private static string Escape(string value) => Expanded().Replace(value, @"\$0");

    [GeneratedRegex(@"^[A-Za-z0-9_./:@%+=,-]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex("[\\\\\"$]")]
    private static partial Regex Expanded();

    [GeneratedRegex(@"[\\*?\[]")]
    private static partial Regex Special();
}
