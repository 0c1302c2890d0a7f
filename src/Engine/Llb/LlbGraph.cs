using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>Loads a definition into vertices, checking every rule before anything runs.</summary>
/// <remarks>
/// A definition is a list of serialized operations; an input names another by the digest of its bytes. The last entry is a
/// terminal operation with nothing but inputs, and its first input is the result. Nothing is assumed of the order of the others,
/// and nothing recurses: a hostile graph can be as deep as it likes.
/// </remarks>
public static class LlbGraph
{
    /// <summary>The most operations one definition may have.</summary>
    public const int MaxOperations = 1_000_000;

    /// <summary>Loads the definition's result; throws <see cref="LlbException"/> (MBK1301).</summary>
    public static Edge Load(Definition definition)
    {
        if (definition.Def.Count < 2) throw new LlbException("it has no operation");
        if (definition.Def.Count > MaxOperations) throw new LlbException($"it has more than {MaxOperations} operations");
        var ops = Parse(definition.Def, out var terminal);
        var loaded = new Dictionary<string, Vertex>(ops.Count, StringComparer.Ordinal);
        if (terminal.OpCase != Op.OpOneofCase.None || terminal.Inputs.Count == 0) throw new LlbException("its last entry is not a result");
        var result = terminal.Inputs[0];

        var path = new Stack<string>();
        var open = new HashSet<string>(StringComparer.Ordinal);
        path.Push(result.Digest);
        while (path.TryPeek(out var digest))
        {
            if (loaded.ContainsKey(digest))
            {
                path.Pop();
                continue;
            }
            if (!ops.TryGetValue(digest, out var op)) throw new LlbException($"the input '{Shorten(digest)}' is not in it");
            var missing = op.Inputs.Where(i => !loaded.ContainsKey(i.Digest)).Select(i => i.Digest).Distinct().ToList();
            if (missing.Count > 0)
            {
                if (!open.Add(digest)) throw new LlbException("it has a cycle");
                foreach (var input in missing) path.Push(input);
                continue;
            }
            path.Pop();
            loaded[digest] = Build(digest, op, definition, loaded);
        }
        return ToEdge(result, loaded);
    }

    private static Dictionary<string, Op> Parse(IReadOnlyList<ByteString> entries, out Op terminal)
    {
        var ops = new Dictionary<string, Op>(StringComparer.Ordinal);
        terminal = new Op();
        for (var i = 0; i < entries.Count; i++)
        {
            var op = Parse(entries, i);
            if (i == entries.Count - 1) terminal = op;
            else ops[Digest.Of(entries[i].Span).ToString()] = op;
        }
        return ops;
    }

    /// <summary>One operation of a definition; throws <see cref="LlbException"/> (MBK1301).</summary>
    internal static Op Parse(IReadOnlyList<ByteString> entries, int number)
    {
        try
        {
            return Op.Parser.ParseFrom(entries[number]);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new LlbException($"entry {number} cannot be read", e);
        }
    }

    private static Vertex Build(string digest, Op op, Definition definition, Dictionary<string, Vertex> loaded)
    {
        var inputs = op.Inputs.Select(i => ToEdge(i, loaded)).ToList();
        OpRules.Check(op);
        definition.Metadata.TryGetValue(digest, out var metadata);
        // As BuildKit's daemon: whoever wrote it in whichever order, operations that say the same are the same.
        for (var i = 0; i < inputs.Count; i++) op.Inputs[i].Digest = inputs[i].Vertex.Digest.ToString();
        return new Vertex(Digest.Of(CanonicalBytes.Of(op)), op, metadata ?? new OpMetadata(), inputs);
    }

    private static Edge ToEdge(Input input, Dictionary<string, Vertex> loaded)
    {
        if (input.Index is < 0 or > int.MaxValue) throw new LlbException($"an input asks for output {input.Index}");
        var vertex = loaded[input.Digest];
        var outputs = OpRules.CountOutputs(vertex.Op);
        if (input.Index >= outputs) throw new LlbException($"an input asks for output {input.Index} of an operation with {outputs}");
        return new Edge(vertex, (int)input.Index);
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "...";
}
