using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Messages of a build graph as BuildKit's own programs write them, so that what reads the one can read the other.</summary>
/// <remarks>Fields have their protobuf names and are left out when they have their default; a choice of several is an object under the
/// choice's capitalized name; numbers are numbers, enumerations too.</remarks>
public static class MessageJson
{
    /// <summary>Writes one message as an object.</summary>
    public static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.ContainingOneof is { } choice) WriteChoice(json, message, field, choice);
            else if (IsWorthSaying(message, field)) WriteField(json, message, field);
        }
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, IMessage message, FieldDescriptor field, OneofDescriptor choice)
    {
        if (choice.Accessor.GetCaseFieldDescriptor(message) != field) return;
        json.WriteStartObject(string.Concat(choice.Name[..1].ToUpperInvariant(), choice.Name.AsSpan(1)));
        WriteField(json, message, field);
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, IMessage message, FieldDescriptor field)
    {
        json.WritePropertyName(field.Name);
        WriteValue(json, field.Accessor.GetValue(message));
    }

    // In a file action 0 is the first input, and says as much as any other number.
    private static bool IsWorthSaying(IMessage message, FieldDescriptor field) => message is FileAction || field.Accessor.GetValue(message) switch
    {
        null or "" or false or 0 or 0L or 0u => false,
        ByteString bytes => bytes.Length > 0,
        ICollection items => items.Count > 0,
        Enum value => Convert.ToInt32(value, null) != 0,
        _ => true,
    };

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case IMessage message: Write(json, message); break;
            case string text: json.WriteStringValue(text); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            case ByteString bytes: json.WriteBase64StringValue(bytes.Span); break;
            case IDictionary map: WriteMap(json, map); break;
            case IEnumerable items: WriteList(json, items); break;
            default: json.WriteNumberValue(Convert.ToInt64(value, null)); break;
        }
    }

    private static void WriteMap(Utf8JsonWriter json, IDictionary map)
    {
        json.WriteStartObject();
        foreach (var key in map.Keys.Cast<string>().Order(StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            WriteValue(json, map[key]!);
        }
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, IEnumerable items)
    {
        json.WriteStartArray();
        foreach (var item in items) WriteValue(json, item);
        json.WriteEndArray();
    }
}
