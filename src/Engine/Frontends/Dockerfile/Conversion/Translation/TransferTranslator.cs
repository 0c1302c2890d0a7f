using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary><c>COPY</c> and <c>ADD</c>.</summary>
internal sealed class TransferTranslator(ConversionScope scope, LlbState context, ContextPaths paths)
{
    private readonly IgnoredPaths _ignored = new(scope);

    public void Translate(StageNode stage, TransferInstruction written, StageNode? from)
    {
        if (from is { IsDone: false })
            throw new Fault(FaultCodes.UnknownStage, $"cannot copy from stage '{((CopyInstruction)written).From}', which needs to be defined before current stage '{stage.Title}'. Move it above.");
        var transfer = Expand(stage, written);
        if (from is null) Check(transfer);
        var name = scope.Name(stage, written, StepNames.WithKeyword(scope.Words.Show(written.Text, stage.Variables)));
        var steps = Steps(stage, transfer, from?.Tree ?? context, name).ToArray();
        stage.Tree = transfer.Instruction.Link && transfer.Mode is null ? Link(stage, transfer, steps, name) : Place(stage, transfer, stage.Tree, steps, name);
        stage.Image.Record(History(transfer), scope.Time, hasLayer: true);
        foreach (var source in transfer.Sources.Where(s => written is CopyInstruction || !TransferSources.IsWebAddress(s))) Use(source, from);
    }

    private Transfer Expand(StageNode stage, TransferInstruction written)
    {
        string? Word(string? word) => scope.Words.ExpandAny(stage, written, word) is { Length: > 0 } text ? text : null;
        var mode = Word(written.Chmod);
        var add = written as AddInstruction;
        var transfer = new Transfer(written)
        {
            Owner = Word(written.Chown), Mode = mode, Checksum = Word(add?.Checksum), KeepsGitDirectory = add?.KeepGitDirectory,
            Sources = [.. written.Sources.Select(s => scope.Words.Expand(stage, written, s))], Destination = scope.Words.Expand(stage, written, written.Destination),
            Documents = [.. written.Heredocs.Select(h => h.Expand ? h with { Content = scope.Words.ExpandDocument(stage, written, h.Content) } : h)],
            Options = FileMode.Set(new CopyOptions { CreateDestination = true, Exclude = written.Excludes }, mode),
        };
        CheckChecksum(transfer);
        return transfer;
    }

    private static void CheckChecksum(Transfer transfer)
    {
        if (transfer.Checksum is null) return;
        if (transfer.Sources.Count != 1) throw new Fault(FaultCodes.BadCopy, "'--checksum' is given for several sources, and belongs to one. Write an ADD for each.");
        if (!TransferSources.IsRemote(transfer.Sources[0]))
            throw new Fault(FaultCodes.BadCopy, $"'--checksum' is given for '{transfer.Sources[0]}', which is no address of a web server or a repository. Leave it out.");
    }

    private void Check(Transfer transfer)
    {
        foreach (var source in transfer.Sources.Where(s => !TransferSources.IsRemote(s))) _ignored.Check(source, transfer.Instruction);
    }

    private static IEnumerable<FileStep> Steps(StageNode stage, Transfer transfer, LlbState from, string name)
    {
        var destination = UnixPath.Destination(stage.WorkingDirectory, transfer.Destination);
        var tree = transfer.Instruction.Link && transfer.Mode is null ? LlbState.Scratch : stage.Tree;
        return TransferSources.Read(transfer, from, destination, name).Select(s => transfer.Owner is { } owner ? FileOwner.Give(s, owner, tree) : s);
    }

    private LlbState Place(StageNode stage, Transfer transfer, LlbState tree, FileStep[] steps, string name)
    {
        if (steps.Length == 0) throw new Fault(FaultCodes.BadCopy, $"{transfer.Keyword} has nothing to copy. Name a source.");
        var placed = tree.File(name, steps).At(scope.Place(stage, transfer.Instruction));
        return stage.IgnoreCache ? placed.WithoutCache() : placed;
    }

    // The files are a layer of their own, whatever is below: another base costs no copy.
    private LlbState Link(StageNode stage, Transfer transfer, FileStep[] steps, string name)
    {
        var shown = scope.NameAlso(stage, transfer.Instruction, "LINK " + StepNames.WithKeyword(scope.Words.Show(transfer.Instruction.Text, stage.Variables)));
        var files = Place(stage, transfer, LlbState.Scratch, steps, name).InGroup(name, name, weak: true);
        if (stage.Tree.Node is null) return files;
        var merged = LlbState.Merge(shown, stage.Tree, files).InGroup(name, name).At(scope.Place(stage, transfer.Instruction));
        return stage.IgnoreCache ? merged.WithoutCache() : merged;
    }

    private void Use(string source, StageNode? from)
    {
        if (from is null) paths.Add(source);
        else from.UsedPaths.Add(UnixPath.Join("/", source));
    }

    private static string History(Transfer transfer)
    {
        var text = new StringBuilder(transfer.Keyword);
        if (transfer.Instruction is CopyInstruction { Parents: true }) text.Append(" --parents");
        if (transfer.Owner is { } owner) text.Append(CultureInfo.InvariantCulture, $" --chown={owner}");
        if (transfer.Mode is { } mode) text.Append(CultureInfo.InvariantCulture, $" --chmod={mode}");
        foreach (var source in transfer.Sources) text.Append(' ').Append(source);
        foreach (var document in transfer.Documents) text.Append(" <<").Append(document.Name);
        return text.Append(' ').Append(transfer.Destination).Append(" # buildkit").ToString();
    }
}
