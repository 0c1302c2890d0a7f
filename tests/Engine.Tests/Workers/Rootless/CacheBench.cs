using System.Runtime.Versioning;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.TestKit.Archives;
using CacheOpt = MsBuildKit.Engine.Llb.Pb.CacheOpt;
using CacheSharingOpt = MsBuildKit.Engine.Llb.Pb.CacheSharingOpt;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>A store with caches, as a worker sees it from inside.</summary>
[SupportedOSPlatform("linux")]
internal sealed class CacheBench : IAsyncDisposable
{
    private const int Shift = 1;

    private readonly LocalContentStore _store;
    private readonly CacheTransfer _transfer;

    public CacheBench(string root)
    {
        Root = root;
        _store = new LocalContentStore(root);
        Caches = new CacheMounts(root);
        _transfer = new CacheTransfer(Caches, SnapshotStore.Of(_store, Shift), _store);
    }

    public string Root { get; }

    public CacheMounts Caches { get; }

    /// <summary>What calls had to say.</summary>
    public List<string> Said { get; } = [];

    public IReadOnlyList<CacheMountEntry> List => new CacheMountList(Root).Read();

    /// <summary>What is on its way in or out.</summary>
    public IReadOnlyList<string> Staged => Directory.Exists(Path.Combine(Root, "snapshots/staging")) ? Directory.GetFileSystemEntries(Path.Combine(Root, "snapshots/staging")) : [];

    public string PathOf(CacheName name) => Path.Combine(Root, "cache-mounts", name.Folder);

    /// <summary>A cache as a step takes it.</summary>
    public Task<CacheMount> TakeAsync(CacheName name, CacheSharingOpt sharing = CacheSharingOpt.Shared, CancellationToken cancellationToken = default) =>
        Caches.TakeAsync(new CacheOpt { ID = name.Id, Sharing = sharing }, name.Ground, path => Task.FromResult(Directory.CreateDirectory(path)), cancellationToken);

    /// <summary>Its layer.</summary>
    public async Task<LayerBlob> ExportAsync(CacheName name, bool wait = false, Compression compression = Compression.Zstd, CancellationToken cancellationToken = default) =>
        (await _transfer.ExportAsync(new ExportCache { Cache = name.ToWire(), Wait = wait, Layering = new Layering { Compression = (int)compression, Parallelism = 2 } }, Hear, cancellationToken)).Outputs[0].Layers[0];

    public Task<Done> ImportAsync(CacheName name, LayerBlob layer, bool wait = false, bool keep = false, CancellationToken cancellationToken = default) =>
        _transfer.ImportAsync(new ImportCache { Cache = name.ToWire(), Layer = layer, Wait = wait, Keep = keep }, Hear, cancellationToken);

    /// <summary>Puts a tar into the store.</summary>
    public async Task<LayerBlob> PutAsync(byte[] tar, Compression compression = Compression.None, Digest? diffId = null)
    {
        var bytes = Packing.Pack(tar, compression);
        var ingest = _store.BeginIngest();
        await using (ingest)
        {
            await ingest.WriteAsync(bytes, default);
            var digest = await ingest.CommitAsync(null, null, default);
            return new LayerBlob { DiffId = (diffId ?? Digest.Of(tar)).ToString(), MediaType = MediaTypes.Layer(compression), Digest = digest.ToString(), Size = bytes.Length };
        }
    }

    /// <summary>A blob of another store.</summary>
    public async Task FetchAsync(CacheBench from, LayerBlob layer)
    {
        var ingest = _store.BeginIngest();
        await using (ingest)
        {
            using var content = (await from._store.FindAsync(Digest.Parse(layer.Digest), default))!;
            var bytes = new MemoryStream();
            await content.CopyToAsync(bytes);
            await ingest.WriteAsync(bytes.ToArray(), default);
            await ingest.CommitAsync(Digest.Parse(layer.Digest), layer.Size, default);
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private ValueTask Hear(int stream, ReadOnlyMemory<byte> data)
    {
        Said.Add(Encoding.UTF8.GetString(data.Span));
        return ValueTask.CompletedTask;
    }
}
