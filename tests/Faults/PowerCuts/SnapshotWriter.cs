using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>A worker whose power is cut: chains of layers are unpacked, and trees made on top of them are kept, by several at once and without end.</summary>
/// <remarks>It says <c>? CHAIN</c> before it makes a snapshot and <c>+ CHAIN</c> once that is there; a chain is its layers' numbers from the bottom
/// up.</remarks>
internal sealed class SnapshotWriter
{
    private const int Builds = 2, Bases = 5, Most = 1_000_000, IdShift = 1;

    private readonly int _seed;
    private readonly LocalContentStore _store;
    private readonly SnapshotStore _snapshots;

    public SnapshotWriter(string root, int seed)
    {
        (_seed, _store) = (seed, new LocalContentStore(root));
        _snapshots = SnapshotStore.Of(_store, IdShift);
    }

    public async Task RunAsync() => await await Task.WhenAny(Enumerable.Range(0, Builds).Select(b => Task.Run(() => BuildForeverAsync(new Random(_seed + b)))));

    /// <summary>Unpacks chains as the next build would.</summary>
    public async Task EnsureAsync(IEnumerable<string> chains)
    {
        foreach (var chain in chains) await UnpackAsync(chain);
    }

    private async Task BuildForeverAsync(Random random)
    {
        while (true)
        {
            var chain = string.Join('.', [random.Next(Bases), random.Next(Bases, Most)]);
            using var below = await UnpackAsync(chain);
            await KeepAsync(below, chain, random.Next(Bases, Most));
        }
    }

    private async Task<SnapshotStack> UnpackAsync(string chain)
    {
        var layers = new List<Layer>();
        foreach (var number in chain.Split('.')) layers.Add(await PutAsync(new SnapshotContent(int.Parse(number, null))));
        Say('?', chain);
        var stack = await _snapshots.EnsureAsync(layers, default);
        Say('+', chain);
        return stack;
    }

    private async Task KeepAsync(SnapshotStack below, string chain, int number)
    {
        var content = new SnapshotContent(number);
        Say('?', $"{chain}.{number}");
        using var draft = _snapshots.Begin(below);
        using (var mount = draft.Mount())
        {
            await new LayerApplier(IdShift).ApplyAsync(new MemoryStream(content.Tar), Compression.None, content.DiffId, mount.Target, isBottom: false, default);
            mount.Unmount();
        }
        using var kept = await _snapshots.KeepAsync(draft, content.DiffId, default);
        Say('+', $"{chain}.{number}");
    }

    private async Task<Layer> PutAsync(SnapshotContent content)
    {
        await using var ingest = _store.BeginIngest();
        await ingest.WriteAsync(content.Tar, default);
        var digest = await ingest.CommitAsync(null, content.Tar.Length, default);
        return new Layer { DiffId = digest, Blob = new Descriptor { MediaType = MediaTypes.Layer(Compression.None), Digest = digest, Size = content.Tar.Length }, CreatedBy = "" };
    }

    // One line for each layer on the way up.
    private static void Say(char sign, string chain)
    {
        for (var end = chain.IndexOf('.', StringComparison.Ordinal); end >= 0; end = chain.IndexOf('.', end + 1)) Console.WriteLine($"{sign} {chain[..end]}");
        Console.WriteLine($"{sign} {chain}");
    }
}
