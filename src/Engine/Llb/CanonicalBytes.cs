using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Protobuf as Go's deterministic marshaller writes it: what belongs to a choice of several comes last, other fields in number order, map keys
/// sorted, defaults left out.</summary>
/// <remarks>Of the messages of a build graph only <see cref="Op"/> has fields behind those of its choice, so that only there the order is another than
/// that of numbers.</remarks>
public static class CanonicalBytes
{
    private const uint SourceTag = (3 << 3) | 2;

    /// <summary>The canonical bytes of <paramref name="op"/>, unknown fields included.</summary>
    public static byte[] Of(Op op)
    {
        var chosen = Op.Descriptor.Oneofs[0].Accessor.GetCaseFieldDescriptor(op);
        if (chosen is null) return Plain(op);
        var kind = new Op();
        chosen.Accessor.SetValue(kind, chosen.Accessor.GetValue(op));
        var others = new Op { Inputs = { op.Inputs }, Platform = op.Platform, Constraints = op.Constraints };
        // The library writes what it does not know at the end, as Go does.
        var whole = Plain(op);
        var unknown = whole.AsSpan(kind.CalculateSize() + others.CalculateSize());
        return [.. Plain(others), .. op.Source is { Attrs.Count: > 0 } source ? WithTag(SourceTag, SourceAttributes.Write(source)) : Plain(kind), .. unknown];
    }

    /// <summary>What the library itself writes: canonical for everything but maps and what is behind a choice.</summary>
    internal static byte[] Plain(IMessage message)
    {
        var bytes = new byte[message.CalculateSize()];
        using var output = new CodedOutputStream(bytes) { Deterministic = true };
        message.WriteTo(output);
        output.CheckNoSpaceLeft();
        return bytes;
    }

    /// <summary>Bytes with more of them written at <paramref name="at"/>.</summary>
    internal static byte[] Splice(byte[] bytes, int at, Action<CodedOutputStream> write)
    {
        using var whole = new MemoryStream();
        whole.Write(bytes, 0, at);
        using (var output = new CodedOutputStream(whole, leaveOpen: true)) write(output);
        whole.Write(bytes, at, bytes.Length - at);
        return whole.ToArray();
    }

    private static byte[] WithTag(uint tag, byte[] message) => Splice([], 0, output =>
    {
        output.WriteTag(tag);
        output.WriteBytes(UnsafeByteOperations.UnsafeWrap(message));
    });
}
