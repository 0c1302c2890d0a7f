using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Http;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Blobs;

/// <summary>Sources of single blobs: each a layer of one file, which is called as its digest unless the source names it.</summary>
internal sealed class BlobWorker(BlobFetch blobs, LayerOptions layering)
{
    // Raised when the same blob comes to give another layer.
    private const int FormatVersion = 1;

    /// <summary>Nothing is asked for it: the digest says it all.</summary>
    public Digest Key(Vertex vertex)
    {
        var (address, file) = Read(vertex);
        var store = address.IsLent ? vertex.Op.Source.Attrs.GetValueOrDefault(SourceKeys.LayoutStore, "") : "";
        return Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"blob:{FormatVersion}\n{address}\n{store}\n{NameOf(address, file)}\n{file.Mode}\n{file.Uid}:{file.Gid}\n{layering.Fingerprint}\n{vertex.Name}")));
    }

    public async Task<VertexResult> RunAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var (address, file) = Read(vertex);
        var size = await blobs.BringAsync(address, vertex.Op.Source.Attrs.AsReadOnly(), session, cancellationToken).ConfigureAwait(false);
        return await file.WriteAsync(NameOf(address, file), address.Digest, size, 0, blobs.Store, layering, vertex.Name, cancellationToken).ConfigureAwait(false);
    }

    private static (BlobAddress Address, FetchedFile File) Read(Vertex vertex) =>
        (BlobAddress.Find(vertex.Op.Source.Identifier) ?? throw WorkerException.NoSource(vertex.Name, "a blob is named by its repository or layout and its SHA-256 digest, and by no tag"), FetchedFile.Of(vertex));

    private static string NameOf(BlobAddress address, FetchedFile file) => file.Name.Length > 0 ? HttpFileName.Clean(file.Name) : address.Digest.Hex;
}
