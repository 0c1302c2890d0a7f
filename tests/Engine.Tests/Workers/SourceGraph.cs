using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>Graphs of one source with attributes that the fluent form does not have.</summary>
internal static class SourceGraph
{
    public static Definition Of(string identifier, params (string Key, string Value)[] attributes)
    {
        var op = new Op { Source = new SourceOp { Identifier = identifier }, Platform = new Platform { OS = "linux", Architecture = "amd64" } };
        foreach (var (key, value) in attributes) op.Source.Attrs[key] = value;
        var bytes = CanonicalBytes.Of(op);
        var last = CanonicalBytes.Of(new Op { Inputs = { new Input { Digest = Digest.Of(bytes).ToString() } } });
        return new Definition { Def = { ByteString.CopyFrom(bytes), ByteString.CopyFrom(last) } };
    }
}
