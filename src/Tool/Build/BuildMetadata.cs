using System.Text;
using System.Text.Json;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build;

/// <summary>What a build made, under the keys that buildx gives it.</summary>
internal static class BuildMetadata
{
    public static string Text(BuildResult result)
    {
        using var text = new StringWriter();
        Json.Write(text, json => Write(json, result));
        return text.ToString();
    }

    /// <summary>What the image is called: by the local engine when it has it, else its digest.</summary>
    public static string IdOf(BuildResult result) => result.Loaded?.Id ?? result.Image.Digest.ToString();

    private static void Write(Utf8JsonWriter json, BuildResult result)
    {
        json.WriteStartObject();
        if (result.Images is [var only]) json.WriteString("containerimage.config.digest", Digest.Of(Encoding.UTF8.GetBytes(only.ConfigJson)).ToString());
        json.WriteStartObject("containerimage.descriptor");
        json.WriteString("mediaType", result.Image.MediaType);
        json.WriteString("digest", result.Image.Digest.ToString());
        json.WriteNumber("size", result.Image.Size);
        json.WriteEndObject();
        json.WriteString("containerimage.digest", result.Image.Digest.ToString());
        if (result.Names.Count > 0) json.WriteString("image.name", string.Join(',', result.Names));
        json.WriteEndObject();
    }
}
