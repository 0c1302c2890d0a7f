using MsBuildKit.Engine.Llb;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Llb;

/// <summary>Operations as <c>buildctl debug dump-llb</c> prints them, so that what reads the one can read the other.</summary>
internal static class LlbJson
{
    public static void Write(TextWriter output, IEnumerable<LlbOperation> operations)
    {
        foreach (var operation in operations)
            Json.Write(output, json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("Op");
                MessageJson.Write(json, operation.Op);
                json.WriteString("Digest", operation.Digest.ToString());
                json.WritePropertyName("OpMetadata");
                MessageJson.Write(json, operation.Metadata);
                json.WriteEndObject();
            }, compact: true);
    }
}
