using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Protobuf as Go's deterministic marshaller writes it: fields in number order, map keys sorted, defaults left out.</summary>
public static class CanonicalBytes
{
    private const uint SourceTag = (3 << 3) | 2;

    /// <summary>The canonical bytes of <paramref name="op"/>, unknown fields included.</summary>
    public static byte[] Of(Op op)
    {
        if (op.Source is not { Attrs.Count: > 0 } source) return Plain(op);
        var rest = op.Clone();
        rest.ClearOp();
        return Splice(Plain(rest), Plain(new Op { Inputs = { op.Inputs } }).Length, output =>
        {
            output.WriteTag(SourceTag);
            output.WriteBytes(UnsafeByteOperations.UnsafeWrap(SourceAttributes.Write(source)));
        });
    }

    /// <summary>What the library itself writes: canonical for everything but maps.</summary>
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
}
