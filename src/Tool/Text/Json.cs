using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MsBuildKit.Tool.Text;

/// <summary>JSON for programs, laid out so that people can read it too.</summary>
internal static class Json
{
    /// <summary>Writes one document, over many lines unless <paramref name="compact"/>, and ends the line.</summary>
    public static void Write(TextWriter output, Action<Utf8JsonWriter> write, bool compact = false)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = !compact, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) write(json);
        output.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
