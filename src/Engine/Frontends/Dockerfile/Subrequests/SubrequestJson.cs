using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>What the answers have in common as JSON.</summary>
internal static class SubrequestJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options)) write(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Writes the items as a list of objects.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> writeFields)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            writeFields(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes a text unless it is empty.</summary>
    public static void WriteFilled(this Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text)) json.WriteString(name, text);
    }

    /// <summary>Writes <c>true</c>, or nothing.</summary>
    public static void WriteTrue(this Utf8JsonWriter json, string name, bool value)
    {
        if (value) json.WriteBoolean(name, value);
    }

    /// <summary>Writes the lines of a range of the only source. BuildKit says nothing of columns.</summary>
    public static void WriteLocation(this Utf8JsonWriter json, TextRange range)
    {
        json.WriteStartObject("location");
        if (range.Line > 0) json.WriteList("ranges", [range], WriteLines);
        json.WriteEndObject();

        void WriteLines(TextRange lines)
        {
            WriteLine("start", lines.Line);
            WriteLine("end", Math.Max(lines.Line, lines.EndLine));
        }

        void WriteLine(string name, int line)
        {
            json.WriteStartObject(name);
            json.WriteNumber("line", line);
            json.WriteEndObject();
        }
    }

    /// <summary>Writes the Dockerfile itself as the only source.</summary>
    public static void WriteSources(this Utf8JsonWriter json, ParsedDockerfile file)
    {
        json.WriteStartArray("sources");
        json.WriteBase64StringValue(Encoding.UTF8.GetBytes(file.Text));
        json.WriteEndArray();
    }
}
