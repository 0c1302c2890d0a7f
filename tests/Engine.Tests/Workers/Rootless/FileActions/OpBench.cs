using System.Globalization;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;

/// <summary>What a worker has, for operations that start no program; only inside of namespaces.</summary>
internal sealed class OpBench : IAsyncDisposable
{
    public const long Now = 1_700_000_000;

    private readonly string _folder;
    private readonly WorkArea _area;
    private readonly DraftLayers _layers;

    public OpBench(string folder)
    {
        _folder = folder;
        _area = WorkArea.Create(folder, AppContext.BaseDirectory);
        Store = new LocalContentStore(Path.Combine(folder, "store"));
        Snapshots = OpenSnapshots("snapshots");
        _layers = new DraftLayers(Store, Snapshots);
    }

    public LocalContentStore Store { get; }

    public SnapshotStore Snapshots { get; }

    public FileExecutor Files => new(Store, Snapshots, new StepContents(), _layers, _area);

    public DiffExecutor Differences => new(Snapshots, _layers, _area);

    public Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries) => LayerWriter.WriteAsync(entries, Store, new LayerOptions(), "", default);

    /// <summary>Describes a layer instead, with all contents in the description.</summary>
    public async Task<Layer> DescribeAsync(IEnumerable<TreeEntry> entries)
    {
        var blob = await Store.PutAsync(TreeDescription.MediaType, TreeDescription.TryWrite(entries)!, default);
        return new Layer { DiffId = blob.Digest, Blob = blob, CreatedBy = "" };
    }

    public static RunStep Step(Op op, params IEnumerable<IEnumerable<Layer>> inputs) => new()
    {
        Op = op.ToByteString(), Name = "test", Layering = new Layering { Compression = (int)Compression.Gzip, Parallelism = 1 }, SourceDateEpoch = Now,
        Inputs = { inputs.Select(i => new Chain { Layers = { i.Select(LayerBlobs.ToWire) } }) },
    };

    /// <summary>All layers of an output.</summary>
    public static IReadOnlyList<Layer> ChainOf(RunStep step, Output output) => [.. LayerBlobs.Of(step, output.Input), .. output.Layers.Select(LayerBlobs.FromWire)];

    /// <summary>The tree of layers, unpacked anew from their blobs, as find sees it.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(IReadOnlyList<Layer> layers)
    {
        if (layers.Count == 0) return [];
        using var stack = await OpenSnapshots("judge").EnsureAsync(layers, default);
        using var mount = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(_folder, "shown")).FullName, stack.Lowers);
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = await Command.RunAsync("find", [mount.Target, "-mindepth", "1", "-printf", @"%y\t/%P\t%m\t%U\t%G\t%Ts\t%i\t%n\t%l\n"]);
        return TreeLine.Sort(found.Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(l => Show(mount.Target, l.Split('\t'), first)));
    }

    /// <summary>The entries of a layer, removals among them.</summary>
    public async Task<IReadOnlyList<string>> ListEntriesAsync(Layer layer)
    {
        var lines = new List<string>();
        await using var blob = await Store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, Compression.Gzip, layer.DiffId, async (entry, content) =>
        {
            var text = content is null ? entry.Link ?? "" : await new StreamReader(content).ReadToEndAsync();
            var kind = entry.Type switch { TreeEntryType.Directory => 'd', TreeEntryType.Symlink => 'l', TreeEntryType.HardLink => 'h', TreeEntryType.Fifo => 'p', _ => 'f' };
            var time = entry.ModifiedSeconds == Now ? "now" : string.Create(CultureInfo.InvariantCulture, $"@{entry.ModifiedSeconds}");
            lines.Add(TreeLine.Write(kind, "/" + entry.Path, entry.Mode, $"{entry.Uid}:{entry.Gid}", time, kind == 'h' ? "/" + text : text));
        }, default);
        return TreeLine.Sort(lines);
    }

    public async ValueTask DisposeAsync() => await Store.DisposeAsync();

    private SnapshotStore OpenSnapshots(string name) => new(Path.Combine(_folder, name), Store, new KeyLocks(Path.Combine(_folder, "locks", name)), StepIds.First);

    private static string Show(string root, string[] f, Dictionary<string, string> first)
    {
        var (kind, path) = (f[0][0], f[1]);
        if (kind == 'f' && f[7] != "1" && !first.TryAdd(f[6], path)) return TreeLine.Write('h', path, 0, "", "", first[f[6]]);
        var text = kind == 'l' ? f[8] : kind == 'f' ? File.ReadAllText(root + path) : "";
        var owner = string.Create(CultureInfo.InvariantCulture, $"{Id(f[3])}:{Id(f[4])}");
        return TreeLine.Write(kind, path, Convert.ToInt32(f[2], 8), owner, f[5] == Now.ToString(CultureInfo.InvariantCulture) ? "now" : "@" + f[5], text);
    }

    private static int Id(string text) => int.Parse(text, CultureInfo.InvariantCulture) - StepIds.First;
}
