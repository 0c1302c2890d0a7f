using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.TestKit.FileOps;

/// <summary>The cases of <c>cases.json</c>.</summary>
/// <remarks>
/// An action is written as protobuf's JSON has it, with modes in octal and the content of files as text. What is left out is what clients of
/// LLB fill in: an action goes on with the one before it, the first with input 0 (with nothing when there is none); a copy reads from input 1; the last
/// action is output 0; modes of copies and times are -1.
/// </remarks>
public static class FileCases
{
    private static readonly Lazy<IReadOnlyList<FileCase>> s_all = new(Read);

    public static IReadOnlyList<FileCase> All => s_all.Value;

    private static List<FileCase> Read()
    {
        using var stream = typeof(FileCases).Assembly.GetManifestResourceStream("file-ops.json")!;
        return [.. JsonNode.Parse(stream)!.AsArray().Select(c => ReadCase(c!.AsObject()))];
    }

    private static FileCase ReadCase(JsonObject node)
    {
        var inputs = node["inputs"]!.AsArray().Select(i => i!.AsArray().Select(l => TreeLine.Parse((string)l!)).ToList()).ToList();
        var outputs = node["output"] is { } one ? [one] : node["outputs"]?.AsArray().Select(o => o!).ToArray() ?? [];
        return new FileCase(
            (string)node["name"]!, inputs, ReadOp(node["actions"]!.AsArray(), inputs.Count),
            [.. outputs.Select(o => TreeLine.Sort(o.AsArray().Select(l => (string)l!)))], (string?)node["error"], (string?)node["differs"]);
    }

    private static FileOp ReadOp(JsonArray actions, int inputs)
    {
        var op = new FileOp();
        for (var i = 0; i < actions.Count; i++)
        {
            var action = actions[i]!.DeepClone().AsObject();
            action["input"] ??= i > 0 ? inputs + i - 1 : inputs > 0 ? 0 : -1;
            action["secondaryInput"] ??= action.ContainsKey("copy") && inputs > 1 ? 1 : -1;
            action["output"] ??= i == actions.Count - 1 ? 0 : -1;
            foreach (var kind in new[] { "copy", "mkdir", "mkfile", "symlink" })
                if (action[kind] is JsonObject body) Complete(kind, body);
            op.Actions.Add(FileAction.Parser.ParseJson(action.ToJsonString()));
        }
        return op;
    }

    private static void Complete(string kind, JsonObject body)
    {
        body["timestamp"] ??= -1;
        if (kind != "symlink") body["mode"] = body["mode"] is { } mode && mode.GetValueKind() == JsonValueKind.String ? Convert.ToInt32((string)mode!, 8) : -1;
        if (kind == "mkfile" && body["data"] is { } data) body["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(((string)data!).Replace('|', '\n')));
    }
}
