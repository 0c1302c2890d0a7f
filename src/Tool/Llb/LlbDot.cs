using System.Text;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Llb;

/// <summary>A build graph as a drawing in Graphviz's language: sources round, commands in boxes, arrows the way the files go.</summary>
internal static class LlbDot
{
    public static void Write(TextWriter output, IReadOnlyList<LlbOperation> operations)
    {
        output.WriteLine("digraph {");
        foreach (var operation in operations)
            output.WriteLine($"  {Quote(operation.Digest.ToString())} [label={Quote(Label(operation))} shape={Quote(Shape(operation.Op))}];");
        foreach (var operation in operations)
            for (var i = 0; i < operation.Op.Inputs.Count; i++)
                output.WriteLine($"  {Quote(operation.Op.Inputs[i].Digest)} -> {Quote(operation.Digest.ToString())} [label={Quote(MountedAt(operation.Op, i))}];");
        output.WriteLine("}");
    }

    private static string Label(LlbOperation operation) =>
        operation.Op.OpCase == Op.OpOneofCase.None ? "result" : new Vertex(operation.Digest, operation.Op, operation.Metadata, []).Name;

    private static string Shape(Op op) => op.OpCase switch
    {
        Op.OpOneofCase.Source => "ellipse",
        Op.OpOneofCase.Exec => "box",
        Op.OpOneofCase.Build => "box3d",
        Op.OpOneofCase.Merge => "invtriangle",
        Op.OpOneofCase.Diff => "doublecircle",
        Op.OpOneofCase.File => "note",
        _ => "plaintext",
    };

    private static string MountedAt(Op op, int input) =>
        op.Exec?.Mounts.FirstOrDefault(m => m.Input == input && m.Dest != "/")?.Dest ?? "";

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            quoted.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", _ when char.IsControl(c) => " ", _ => c.ToString() });
        return quoted.Append('"').ToString();
    }
}
