using System.CommandLine;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Llb;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>debug dump-llb</c>: a build graph, readable.</summary>
internal static class DumpLlbCommand
{
    public static Command Create(ToolHost host)
    {
        var file = new Argument<string?>("file") { Description = "A definition, as 'buildctl build' takes it. Default, or '-': standard input.", Arity = ArgumentArity.ZeroOrOne };
        var dot = new Option<bool>("--dot") { Description = "Print a drawing for Graphviz." };
        var command = new Command("dump-llb", "Print a build graph (LLB): a line of JSON for each operation, its digest and what is said about it.") { file, dot };
        command.SetAction(async (result, cancellationToken) =>
        {
            var operations = Parse(await ReadAsync(host, result.GetValue(file), cancellationToken).ConfigureAwait(false));
            if (result.GetValue(dot)) LlbDot.Write(host.Output, operations);
            else LlbJson.Write(host.Output, operations);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<byte[]> ReadAsync(ToolHost host, string? file, CancellationToken cancellationToken)
    {
        try
        {
            if (file is not (null or "-")) return await File.ReadAllBytesAsync(Path.GetFullPath(file, host.CurrentDirectory), cancellationToken).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            var input = host.OpenInput();
            await using (input.ConfigureAwait(false)) await input.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ToolException.NoDefinition, ErrorKind.NotFound, $"'{file ?? "-"}' cannot be read: {e.Message.TrimEnd('.')}. Name the file that holds the definition.", e);
        }
    }

    private static IReadOnlyList<LlbOperation> Parse(byte[] bytes)
    {
        try
        {
            var definition = Definition.Parser.ParseFrom(bytes);
            return definition.Def.Count > 0 ? LlbOperation.Of(definition) : throw Refuse("it has no operations");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Refuse("it is no protobuf of that kind", e);
        }
    }

    private static ToolException Refuse(string why, Exception? inner = null) =>
        new(ToolException.NoDefinition, ErrorKind.Invalid, $"The input is no LLB definition: {why}. Give what 'buildctl build' takes on standard input.", inner);
}
