using Google.Protobuf;
using Google.Protobuf.Reflection;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Build graphs: what loads holds every rule, and canonical bytes read as the operation that they are of.</summary>
internal sealed class LlbTarget : FuzzTarget
{
    private static readonly long[] s_numbers = [-2, -1, 0, 1, 2, 99, 1023, 1024, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];

    public override IReadOnlyList<string> Words => ["docker-image://", "local://", "oci-layout://", "://", "sha256:", "llb.customname", "/", ".."];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var ground = LlbState.Image("docker.io/library/debian:bookworm", ImagePlatform.LinuxAmd64, "base", new Dictionary<string, string> { ["image.recordtype"] = "x", ["é"] = "" });
        var files = LlbState.Scratch.File("files", FileStep.MakeDirectory("/a", 0x1ed, makeParents: true, timestamp: 1), FileStep.MakeFile("/a/b", 0x1a4, "x"u8).OwnedBy("app", "7"), FileStep.MakeSymlink("b", "/a/c"), FileStep.Copy(LlbState.Local("src"), "/", "/d", new CopyOptions { Include = ["*.dll"], CreateDestination = true }), FileStep.Remove("/x", allowWildcard: true));
        var ran = ground.Run(new ExecOptions { Args = ["true"], Environment = ["A=1"], Mounts = [ExecMount.Bind("/m", files), ExecMount.Cache("/c", "id", CacheSharingOpt.Locked, LlbState.Scratch), ExecMount.Secret("/s", "s"), ExecMount.Tmpfs("/t", 9)] }, ImagePlatform.LinuxAmd64, "run");
        yield return ("files", LlbMarshaller.Marshal(files).ToByteArray());
        yield return ("run", LlbMarshaller.Marshal(ran.Root).ToByteArray());
        yield return ("merge", LlbMarshaller.Marshal(LlbState.Merge("all", ground, files, ran.Root)).ToByteArray());
    }

    public override byte[]? Reshape(byte[] input, Random random)
    {
        if (Parse<Definition>(input) is not { Def.Count: > 0 } definition) return null;
        var at = random.Next(definition.Def.Count);
        if (Parse<Op>(definition.Def[at].ToByteArray()) is not { } op) return null;
        for (var changes = random.Next(1, 4); changes > 0; changes--) Change(op, random);
        definition.Def[at] = op.ToByteString();
        return definition.ToByteArray();
    }

    // Inputs name operations by the digests of their bytes: those that no longer fit mean the operation before.
    public override byte[] Repair(byte[] input, Random random)
    {
        if (random.Next(10) == 0 || Parse<Definition>(input) is not { } definition) return input;
        var known = new List<string>();
        for (var i = 0; i < definition.Def.Count; i++)
        {
            if (Parse<Op>(definition.Def[i].ToByteArray()) is not { } op) continue;
            foreach (var entry in op.Inputs.Where(e => known.Count > 0 && !known.Contains(e.Digest))) entry.Digest = known[random.Next(2) == 0 ? known.Count - 1 : random.Next(known.Count)];
            definition.Def[i] = op.ToByteString();
            known.Add(Digest.Of(definition.Def[i].Span).ToString());
        }
        return definition.ToByteArray();
    }

    public override string Run(byte[] input)
    {
        Definition definition;
        try
        {
            definition = Definition.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException)
        {
            // Whoever receives a definition says so.
            return "no definition";
        }
        var result = LlbGraph.Load(definition);
        var seen = new HashSet<Digest>();
        var kinds = new List<string>();
        var open = new Stack<Vertex>([result.Vertex]);
        while (open.TryPop(out var vertex))
        {
            if (!seen.Add(vertex.Digest)) continue;
            var canonical = CanonicalBytes.Of(vertex.Op);
            Require(Op.Parser.ParseFrom(canonical).Equals(vertex.Op), $"the canonical bytes of a {vertex.Op.OpCase} read as another operation");
            Require(CanonicalBytes.Of(Op.Parser.ParseFrom(canonical)).AsSpan().SequenceEqual(canonical), $"the canonical bytes of a {vertex.Op.OpCase} change when written again");
            Require(vertex.Name is not null && vertex.Inputs.All(e => e.Output >= 0 && e.Output < OpRules.CountOutputs(e.Vertex.Op)), "an input has an output that is not there");
            kinds.Add(vertex.Op.OpCase.ToString());
            foreach (var edge in vertex.Inputs) open.Push(edge.Vertex);
        }
        return string.Join(' ', kinds.Order(StringComparer.Ordinal).Take(8));
    }

    private static void Change(IMessage message, Random random)
    {
        var fields = message.Descriptor.Fields.InDeclarationOrder();
        var field = fields[random.Next(fields.Count)];
        if (field.IsMap) return;
        if (field.IsRepeated)
        {
            var list = (System.Collections.IList)field.Accessor.GetValue(message);
            if (list.Count > 0 && field.FieldType == FieldType.Message && random.Next(2) == 0) Change((IMessage)list[random.Next(list.Count)]!, random);
            else if (list.Count > 0 && random.Next(3) == 0) list.RemoveAt(random.Next(list.Count));
            else if (field.FieldType == FieldType.Message) list.Add(field.MessageType.Parser.ParseFrom([]));
            else list.Add(Value(field, random));
            return;
        }
        if (field.FieldType != FieldType.Message) field.Accessor.SetValue(message, Value(field, random));
        else if (field.Accessor.GetValue(message) is IMessage inner && random.Next(3) > 0) Change(inner, random);
        else if (random.Next(2) == 0) field.Accessor.Clear(message);
        else field.Accessor.SetValue(message, field.MessageType.Parser.ParseFrom([]));
    }

    private static object Value(FieldDescriptor field, Random random)
    {
        var number = s_numbers[random.Next(s_numbers.Length)];
        return field.FieldType switch
        {
            FieldType.Bool => number > 0,
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)number,
            FieldType.UInt32 or FieldType.Fixed32 => (uint)number,
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => number,
            FieldType.UInt64 or FieldType.Fixed64 => (ulong)number,
            FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, (int)number),
            FieldType.Bytes => ByteString.CopyFromUtf8(new string('x', random.Next(9))),
            FieldType.Double => (double)number,
            FieldType.Float => (float)number,
            _ => random.Next(4) switch { 0 => "", 1 => "/", 2 => "../x", _ => "x://y" },
        };
    }

    private static T? Parse<T>(byte[] bytes) where T : class, IMessage<T>, new()
    {
        try
        {
            var message = new T();
            message.MergeFrom(bytes);
            return message;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
