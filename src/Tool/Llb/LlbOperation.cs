using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Llb;

/// <summary>An operation as it stands in a definition, whether the graph makes sense or not.</summary>
internal sealed record LlbOperation(Digest Digest, Op Op, OpMetadata Metadata)
{
    /// <summary>All operations in their order, the last of which points at the result.</summary>
    public static IReadOnlyList<LlbOperation> Of(Definition definition) => [.. definition.Def.Select(bytes => Of(bytes, definition))];

    private static LlbOperation Of(ByteString bytes, Definition definition)
    {
        var digest = Digest.Of(bytes.Span);
        return new LlbOperation(digest, Op.Parser.ParseFrom(bytes), definition.Metadata.TryGetValue(digest.ToString(), out var metadata) ? metadata : new OpMetadata());
    }
}
