using System.Buffers;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Reads the part of YAML that is another way to write JSON, of which every value is a text or nothing: whoever knows what is meant makes numbers of it.</summary>
internal static class YamlAsJson
{
    /// <summary>The first document. Throws <see cref="JsonException"/> for what is no YAML, has anchors or keys that are no texts, or names something twice.</summary>
    public static JsonDocument Read(string text, JsonDocumentOptions options)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            using var json = new Utf8JsonWriter(bytes);
            Write(json, new Parser(new StringReader(text)));
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            throw new JsonException(e.Message, e);
        }
        return JsonDocument.Parse(bytes.WrittenMemory, options);
    }

    // Without recursion: a file may be nested deeper than the stack is.
    private static void Write(Utf8JsonWriter json, Parser parser)
    {
        var isName = new Stack<bool?>([null]);
        while (parser.MoveNext() && parser.Current is { } item)
            switch (item)
            {
                case DocumentEnd: return;
                case MappingStart or SequenceStart:
                    Turn(isName, () => throw new JsonException("a key is no text"));
                    if (item is MappingStart) json.WriteStartObject();
                    else json.WriteStartArray();
                    isName.Push(item is MappingStart ? true : null);
                    break;
                case MappingEnd: json.WriteEndObject(); isName.Pop(); break;
                case SequenceEnd: json.WriteEndArray(); isName.Pop(); break;
                case Scalar scalar: Write(json, scalar, isName); break;
                case AnchorAlias: throw new JsonException("what is anchored elsewhere is not read");
            }
    }

    private static void Write(Utf8JsonWriter json, Scalar scalar, Stack<bool?> isName)
    {
        if (Turn(isName, () => json.WritePropertyName(scalar.Value))) return;
        if (scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" }) json.WriteNullValue();
        else json.WriteStringValue(scalar.Value);
    }

    // In a mapping names and values take turns.
    private static bool Turn(Stack<bool?> isName, Action named)
    {
        if (isName.Pop() is not { } name)
        {
            isName.Push(null);
            return false;
        }
        isName.Push(!name);
        if (name) named();
        return name;
    }
}
