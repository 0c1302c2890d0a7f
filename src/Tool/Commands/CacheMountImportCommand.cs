using System.CommandLine;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>cache-mount import</c>: puts caches of steps into a store.</summary>
internal static class CacheMountImportCommand
{
    private const string Description = """
        Put caches of steps into the store that 'cache-mount export' left somewhere. Each replaces the one that is there, as a whole, once no step
        uses that; owners, modes and attributes are as the steps left them.
        """;

    public static Command Create(ToolHost host, StoreOption store)
    {
        var place = new Argument<CachePlace?>("place") { Description = $"Where from: {CachePlaceText.Forms}", CustomParser = a => CachePlaceText.Parse(a, host.CurrentDirectory, mustHaveTag: false) };
        var ids = new Argument<string[]>("id") { Description = "Only these. Default: all that were exported.", Arity = ArgumentArity.ZeroOrMore };
        var missing = new Option<bool>("--missing") { Description = "Leave caches as they are that are there already." };
        var noWait = CacheMountCommand.NoWait();
        var command = new Command("import", Description) { place, ids, missing, noWait };
        command.SetAction((result, cancellationToken) => RunAsync(
            host, store.PathOf(result), result.GetValue(place)!, result.GetValue(ids)!, result.GetValue(missing), !result.GetValue(noWait), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, string root, CachePlace place, IReadOnlyList<string> ids, bool keep, bool wait, CancellationToken cancellationToken)
    {
        var store = new LocalContentStore(root);
        await using var open = store.ConfigureAwait(false);
        var worker = new RootlessWorker(() => host.Worker, root, new StepGrants());
        await using var running = worker.ConfigureAwait(false);
        using var registries = host.OpenRegistries();
        foreach (var cache in await new CacheMountImport(store, worker, registries, new MessagePrinter(host.Error)).RunAsync(place, ids, wait, keep, cancellationToken).ConfigureAwait(false))
            host.Output.WriteLine($"{Printable.Text(cache.Name.Id)}  {(cache.IsKept ? "kept, it is there already" : ByteSize.Text(cache.Size))}");
        return ExitCodes.Success;
    }
}
