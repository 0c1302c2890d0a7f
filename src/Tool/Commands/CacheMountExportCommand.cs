using System.CommandLine;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>cache-mount export</c>: takes caches of steps out of a store.</summary>
internal static class CacheMountExportCommand
{
    private const string Description = """
        Write caches of steps as an OCI artifact with one layer for each: to an archive, a layout or a registry. The same content gives the same
        digest, so what a registry has already is not sent. Steps wait for a cache while it is read. Prints the digest.
        """;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var ids = new Argument<string[]>("id") { Description = "From 'msbuildkit cache-mount list'.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all", "-a") { Description = "Export every cache." };
        var output = new Option<CachePlace?>("--output", "-o")
        {
            Description = $"Where to: {CachePlaceText.Forms}", HelpName = "PLACE", Required = true, CustomParser = a => CachePlaceText.Parse(a, host.CurrentDirectory, mustHaveTag: true),
        };
        var compression = new Option<string>("--compression") { Description = "Of the layers.", HelpName = "zstd|gzip|none", DefaultValueFactory = _ => "zstd" }.AcceptOnlyFromAmong("zstd", "gzip", "none");
        var noWait = CacheMountCommand.NoWait();
        var command = new Command("export", Description) { ids, all, output, compression, noWait };
        command.Validators.Add(r =>
        {
            if (r.GetValue(all) == (r.GetValue(ids)?.Length > 0)) r.AddError("Name the caches to export, or --all.");
        });
        command.SetAction((result, cancellationToken) => RunAsync(
            host, store.PathOf(result), result.GetValue(all) ? [] : result.GetValue(ids)!, result.GetValue(output)!, Enum.Parse<Compression>(result.GetValue(compression)!, ignoreCase: true), !result.GetValue(noWait), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string root, IReadOnlyList<string> ids, CachePlace place, Compression compression, bool wait, CancellationToken cancellationToken)
    {
        var list = new CacheMountList(root);
        var names = ids.Count == 0 ? list.Names() : [.. ids.Distinct().SelectMany(list.Find)];
        if (names.Count == 0) throw CacheMountList.Empty(root);
        var store = new LocalContentStore(root);
        await using var open = store.ConfigureAwait(false);
        var worker = new RootlessWorker(() => host.Worker, root, new StepGrants());
        await using var running = worker.ConfigureAwait(false);
        using var registries = host.OpenRegistries();
        var made = await new CacheMountExport(store, worker, registries, new MessagePrinter(host.Error)).RunAsync(names, place, new LayerOptions(compression, Parallelism: host.Cores), wait, cancellationToken).ConfigureAwait(false);
        host.Error.WriteLine($"Exported {Counts.Text(names.Count, "cache")}.");
        host.Output.WriteLine(made.Digest);
        return ExitCodes.Success;
    }
}
