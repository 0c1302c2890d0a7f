using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

/// <summary>A store in a fresh folder that nobody has open, filled with blobs and records of chosen ages.</summary>
public sealed class TestStore : IDisposable
{
    public static readonly DateTime Now = DateTime.UtcNow;

    private readonly TempFolder _folder = new();

    public TestStore() => _folder.Write("store/leases/.gate", "");

    public string Root => _folder["store"];

    public string this[string relative] => Path.Combine(Root, relative);

    public async Task<Digest> PutAsync(string text, int daysAgo = 0)
    {
        Digest digest;
        await using (var store = new LocalContentStore(Root))
        await using (var ingest = store.BeginIngest())
        {
            await ingest.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), default);
            digest = await ingest.CommitAsync(null, null, default);
        }
        File.SetLastWriteTimeUtc(PathOf(digest), Now.AddDays(-daysAgo));
        return digest;
    }

    /// <summary>Saves a record as builds do, for layers with these blobs; returns its path.</summary>
    public async Task<string> RecordAsync(string key, int daysAgo, params Digest[] blobs)
    {
        var layers = blobs.Select(b => new Layer
        {
            DiffId = Digest.Of("not kept"u8), CreatedBy = "test",
            Blob = new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = b, Size = new FileInfo(PathOf(b)).Length },
        });
        var record = ChainRecord.Write([new LayersResult(new LayerChain([.. layers]))])!;
        var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(key));
        await new FileCacheIndex(this["index"], TimeProvider.System).SaveAsync(digest, record, default);
        var path = this[$"index/{digest.Hex[..2]}/{digest.Hex[2..]}"];
        File.SetLastWriteTimeUtc(path, Now.AddDays(-daysAgo));
        return path;
    }

    public string Write(string relative, string text, int hoursAgo = 0)
    {
        var path = _folder.Write("store/" + relative, text);
        File.SetLastWriteTimeUtc(path, Now.AddHours(-hoursAgo));
        return path;
    }

    public string PathOf(Digest digest) => this[$"blobs/{digest.Algorithm}/{digest.Hex}"];

    public bool Has(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>Changes a byte in the middle of a file.</summary>
    public static void Damage(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        var time = File.GetLastWriteTimeUtc(path);
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }

    public void Dispose() => _folder.Dispose();
}
