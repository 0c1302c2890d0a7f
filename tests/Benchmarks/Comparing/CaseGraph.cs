using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.FileOps;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>A case as a whole graph: its inputs are images of a layout, the operation itself is as our engine gets it.</summary>
/// <param name="store">For layers on their way.</param>
/// <param name="layout">The folder of the layout, whose name is <see cref="Store"/> in the graph.</param>
internal sealed class CaseGraph(LocalContentStore store, string layout)
{
    public const string Store = "inputs";

    /// <summary>The definition whose result is an output of the case's operation.</summary>
    public async Task<byte[]> MarshalAsync(FileCase test, int output)
    {
        var op = new Op { File = test.Op };
        var definition = new Definition();
        foreach (var input in test.Inputs) op.Inputs.Add(new Input { Digest = Add(definition, await SourceAsync(input)).ToString() });
        var digest = Add(definition, op);
        Add(definition, new Op { Inputs = { new Input { Digest = digest.ToString(), Index = output } } });
        return definition.ToByteArray();
    }

    // The same input twice is one operation.
    private static Digest Add(Definition definition, Op op)
    {
        var bytes = ByteString.CopyFrom(CanonicalBytes.Of(op));
        if (!definition.Def.Contains(bytes)) definition.Def.Add(bytes);
        return Digest.Of(bytes.Span);
    }

    private async Task<Op> SourceAsync(IReadOnlyList<TreeEntry> entries)
    {
        // An empty tree is a layer too: on an image without any, an operation that fails ends BuildKit's daemon (0.32.2).
        var layer = await LayerWriter.WriteAsync(entries, store, new LayerOptions(), "", default);
        await using var blob = await store.FindAsync(layer.Blob.Digest, default);
        var bytes = new MemoryStream();
        await blob!.CopyToAsync(bytes);
        var packed = HostileImage.Put(layout, layer.Blob.MediaType, bytes.ToArray());
        var config = JsonSerializer.Serialize(new { os = "linux", architecture = "amd64", rootfs = new { type = "layers", diff_ids = new[] { layer.DiffId.ToString() } } });
        var manifest = HostileImage.WriteWith(layout, [packed], config);
        return new Op
        {
            Platform = new Engine.Llb.Pb.Platform { OS = "linux", Architecture = "amd64" },
            Source = new SourceOp { Identifier = $"oci-layout://{Store}/image@{manifest.Digest}", Attrs = { ["oci.store"] = Store } },
        };
    }
}
