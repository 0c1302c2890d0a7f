using System.CommandLine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>verify</c>: reads everything and says what is not as it should be.</summary>
internal static class VerifyCommand
{
    private const string Description = """
        Read everything in the store, or in a layout or archive, and say what is damaged or missing. Digests, sizes, media types and
        the content of layers are checked.
        """;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var path = new Argument<string?>("path") { Description = "A layout directory or an archive. Default: the store.", Arity = ArgumentArity.ZeroOrOne };
        var repair = new Option<bool>("--repair") { Description = "Remove from the store what is damaged: it is built or pulled anew when it is needed." };
        var command = new Command("verify", Description) { path, repair };
        command.Validators.Add(r =>
        {
            if (r.GetValue(path) is not null && r.GetValue(repair)) r.AddError("--repair works on the store only: make a damaged layout or archive anew.");
        });
        command.SetAction((result, cancellationToken) =>
        {
            var place = Place.Find(host, store.PathOf(result), result.GetValue(path));
            return place.IsStore
                ? VerifyStoreAsync(host, place.Path, result.GetValue(repair), cancellationToken)
                : VerifyImagesAsync(host, place.Path, cancellationToken);
        });
        return command;
    }

    private static async Task<int> VerifyStoreAsync(ToolHost host, string root, bool repair, CancellationToken cancellationToken)
    {
        var found = await new StoreVerifier(root, host.Cores).VerifyAsync(repair, cancellationToken).ConfigureAwait(false);
        foreach (var fault in found.Faults)
            host.Output.WriteLine($"{Path.GetRelativePath(root, fault.File.Path)}: {Printable.Text(fault.Problem)}{(fault.Repaired ? " (removed)" : "")}");
        host.Output.WriteLine($"Checked {Counts.Text(found.Blobs, "blob")} of {ByteSize.Text(found.Bytes)} and {Counts.Text(found.Records, "record")}: {Verdict(found.Faults.Count)}.");
        if (found.Faults.Count == 0 || repair) return found.Faults.All(f => f.Repaired) ? ExitCodes.Success : ExitCodes.FaultsFound;
        host.Output.WriteLine("'msbuildkit verify --repair' removes them; what is needed is built or pulled anew.");
        return ExitCodes.FaultsFound;
    }

    private static async Task<int> VerifyImagesAsync(ToolHost host, string path, CancellationToken cancellationToken)
    {
        var images = await LocalImages.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        var found = await new ImageVerifier(images.Source, host.Cores).VerifyAsync(images.Index, cancellationToken).ConfigureAwait(false);
        foreach (var fault in found.Faults) host.Output.WriteLine($"{Printable.Text(fault.Where)}: {Printable.Text(fault.Problem)}");
        host.Output.WriteLine($"Checked {Counts.Text(found.Images, "image")}, {Counts.Text(found.Blobs, "blob")} of {ByteSize.Text(found.Bytes)}: {Verdict(found.Faults.Count)}.");
        return found.Faults.Count == 0 ? ExitCodes.Success : ExitCodes.FaultsFound;
    }

    private static string Verdict(int faults) => faults == 0 ? "all well" : Counts.Text(faults, "fault");
}
