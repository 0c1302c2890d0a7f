using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Images;

/// <summary>Images for programs: an array of images, each with its platforms; configurations as they are.</summary>
internal static class ImageJson
{
    public static void Write(TextWriter output, IReadOnlyList<ImageView> images) => Json.Write(output, json =>
    {
        json.WriteStartArray();
        foreach (var image in images)
        {
            json.WriteStartObject();
            WriteList(json, "names", image.Names, json.WriteStringValue);
            WriteDescriptor(json, image.Root);
            WriteList(json, "platforms", image.Platforms, p => Write(json, p));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, PlatformView image)
    {
        json.WriteStartObject();
        if (image.Config?.Platform is { } platform) json.WriteString("platform", platform.ToString());
        WriteDescriptor(json, image.Manifest);
        if (image.Config is { } config)
        {
            if (config.Created is { } created) json.WriteString("created", created);
            json.WritePropertyName("config");
            json.WriteRawValue(OciJson.Write(config.Config ?? new ContainerConfig()));
        }
        json.WriteNumber("layersSize", image.Size);
        WriteList(json, "layers", image.Layers, l => Write(json, l));
        WriteList(json, "attestations", image.Attestations, a =>
        {
            json.WriteStartObject();
            json.WriteString("predicateType", a.PredicateType);
            WriteDescriptor(json, a.Blob);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LayerView layer)
    {
        json.WriteStartObject();
        WriteDescriptor(json, layer.Blob);
        if (layer.DiffId is { } diffId) json.WriteString("diffId", diffId.ToString());
        if (layer.CreatedBy is { } createdBy) json.WriteString("createdBy", createdBy);
        json.WriteEndObject();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest.ToString());
        json.WriteNumber("size", descriptor.Size);
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(item);
        json.WriteEndArray();
    }
}
