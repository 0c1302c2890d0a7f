using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Writes a source with its attributes as Go does.</summary>
/// <remarks>C#'s library leaves an empty key or value out of a map's entry and sorts keys as UTF-16; Go writes both always and sorts the
/// bytes of UTF-8. Left alone, a builder that encodes the operation again would come to another digest.</remarks>
internal static class SourceAttributes
{
    private const uint AttributeTag = (2 << 3) | 2;
    private const uint KeyTag = (1 << 3) | 2;
    private const uint ValueTag = (2 << 3) | 2;

    public static byte[] Write(SourceOp source)
    {
        var rest = source.Clone();
        rest.Attrs.Clear();
        var identifier = CanonicalBytes.Plain(new SourceOp { Identifier = source.Identifier });
        return CanonicalBytes.Splice(CanonicalBytes.Plain(rest), identifier.Length, output =>
        {
            foreach (var (key, value) in source.Attrs.OrderBy(a => Encoding.UTF8.GetBytes(a.Key), s_bytewise)) WriteEntry(output, key, value);
        });
    }

    private static readonly Comparer<byte[]> s_bytewise = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static void WriteEntry(CodedOutputStream output, string key, string value)
    {
        output.WriteTag(AttributeTag);
        output.WriteLength(2 + CodedOutputStream.ComputeStringSize(key) + CodedOutputStream.ComputeStringSize(value));
        output.WriteTag(KeyTag);
        output.WriteString(key);
        output.WriteTag(ValueTag);
        output.WriteString(value);
    }
}
