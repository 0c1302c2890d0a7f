using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>Sources of <c>http://</c> and <c>https://</c>: each a layer of one file.</summary>
/// <remarks>
/// The key is the content with its address, name, mode and owner. Who gives a checksum needs no network for it. Else the server is asked once in a
/// build whether the file is still what it was; the answer is believed as far as its validators go (<see cref="WebFile"/>). Whether a secret was
/// shown is a part of the key and of what is remembered: who has none is not given what somebody else was allowed to fetch.
/// The layer depends on the content alone, so the file has the time 0, whatever the server says; unless times are kept (<paramref name="keepsTimes"/>), and
/// no checksum says that only the content matters.
/// </remarks>
internal sealed class HttpWorker(WebFiles files, LocalContentStore store, ICacheIndex index, LayerOptions layering, SourcePins pins, IProgress<BuildEvent>? progress, bool keepsTimes)
{
    // Raised when the same file comes to give another layer.
    private const int FormatVersion = 1;

    private readonly SharedWork<Digest, WebFile> _found = new();

    public async Task<Digest> KeyAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = HttpSource.Of(vertex);
        var authorization = await HttpAuthorization.FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        var file = source.Checksum is null ? await FindAsync(source, authorization, session, cancellationToken).ConfigureAwait(false) : null;
        var content = source.Checksum ?? file!.Content;
        pins.Add(vertex, new SourcePin(source.Address.AbsoluteUri, content.Algorithm, content.Hex));
        return Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"http:{FormatVersion}\n{(source.IsUpload ? "upload" : Identity(source, authorization))}\n{HttpFileName.Of(source, file)}\n{source.File.Mode}\n{source.File.Uid}:{source.File.Gid}\n{content}\n{layering.Fingerprint}\n{NameOf(vertex, source)}\n{TimeOf(source, file)}\n{(source.Signature.Length > 0 ? Digest.Of(Encoding.UTF8.GetBytes(source.Signers + '\0' + source.Signature)) : "")}")));
    }

    public async Task<VertexResult> RunAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = HttpSource.Of(vertex);
        var authorization = await HttpAuthorization.FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        var file = await FindAsync(source, authorization, session, cancellationToken).ConfigureAwait(false);
        if (!await IsHereAsync(file, cancellationToken).ConfigureAwait(false)) await FetchAgainAsync(source, authorization, file, session, cancellationToken).ConfigureAwait(false);
        await CheckAsync(vertex, source, file, cancellationToken).ConfigureAwait(false);
        var name = HttpFileName.Of(source, source.Checksum is null ? file : null);
        return await source.File.WriteAsync(name, file.Content, file.Size, TimeOf(source, file), store, layering, NameOf(vertex, source), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the file is now; it is in the store then.</summary>
    public async Task<SourceFacts> InspectAsync(Vertex vertex, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = HttpSource.Of(vertex);
        var authorization = await HttpAuthorization.FindAsync(source, session, cancellationToken).ConfigureAwait(false);
        var file = await FindAsync(source, authorization, session, cancellationToken).ConfigureAwait(false);
        if (!await IsHereAsync(file, cancellationToken).ConfigureAwait(false)) await FetchAgainAsync(source, authorization, file, session, cancellationToken).ConfigureAwait(false);
        await CheckAsync(vertex, source, file, cancellationToken).ConfigureAwait(false);
        return new SourceFacts(file.Content.ToString()) { FileName = HttpFileName.Of(source, file), Changed = file.ChangedAt, Content = file.Content };
    }

    private async Task CheckAsync(Vertex vertex, HttpSource source, WebFile file, CancellationToken cancellationToken)
    {
        if (source.Checksum is { } wanted && wanted != file.Content) throw Mismatch(vertex, wanted, file.Content);
        if (source.Signature.Length == 0) return;
        using var content = store.Find(file.Content) ?? throw new FileNotFoundException($"'{file.Content}' is gone");
        await DetachedSignature.RequireAsync(source.Signature, source.Signers, content, files.Time.GetUtcNow(), vertex.Name, cancellationToken).ConfigureAwait(false);
    }

    private long TimeOf(HttpSource source, WebFile? file) => keepsTimes && source.Checksum is null ? file?.ChangedAt?.ToUnixTimeSeconds() ?? 0 : 0;

    // Once in a build: two vertices of one address, and the key and the result of each, speak of the same file.
    private Task<WebFile> FindAsync(HttpSource source, string? authorization, IBuildSession session, CancellationToken cancellationToken)
    {
        var identity = Identity(source, authorization);
        return _found.GetAsync(Digest.Of(Encoding.UTF8.GetBytes(identity)), async token =>
        {
            // Of each file that is made of it, as BuildKit has it: servers see the same requests.
            var key = Digest.Of(Encoding.UTF8.GetBytes(FormattableString.Invariant($"http-file:2\n{identity}\n{source.File}")));
            // Nobody promises that an upload of that name is the same the next time.
            if (source.IsUpload) return await HttpUpload.ReceiveAsync(source.Address, session, store, files.MostBytes, token).ConfigureAwait(false);
            var known = await index.FindAsync(key, token).ConfigureAwait(false) is { } record ? WebFile.Read(record) : null;
            var file = await files.FetchAsync(Request(source, authorization) with { Known = known }, store, progress, token).ConfigureAwait(false);
            if (file != known) await index.SaveAsync(key, file.Write(), token).ConfigureAwait(false);
            return file;
        }, cancellationToken);
    }

    // What is known by its digest may have been collected.
    private async Task FetchAgainAsync(HttpSource source, string? authorization, WebFile file, IBuildSession session, CancellationToken cancellationToken)
    {
        var again = source.IsUpload ? await HttpUpload.ReceiveAsync(source.Address, session, store, files.MostBytes, cancellationToken).ConfigureAwait(false)
            : await files.FetchAsync(Request(source, authorization), store, progress, cancellationToken).ConfigureAwait(false);
        if (again.Content != file.Content)
            throw new WorkerException(WorkerException.SourceChanged, ErrorKind.Unavailable, $"The file '{SourceAddress.WithoutCredentials(source.Address.GetLeftPart(UriPartial.Path))}' changed while it was fetched. Build again.");
    }

    private async ValueTask<bool> IsHereAsync(WebFile file, CancellationToken cancellationToken)
    {
        store.Retain(file.Content);
        return await store.FindSizeAsync(file.Content, cancellationToken).ConfigureAwait(false) == file.Size;
    }

    private static WebRequest Request(HttpSource source, string? authorization) => new(source.Address) { Authorization = authorization, Headers = source.Headers };

    // An upload's address is made up anew for each build, and says nothing.
    private static string NameOf(Vertex vertex, HttpSource source) => source.IsUpload ? "upload" : vertex.Name;

    // No secret is in it, not even hashed.
    private static string Identity(HttpSource source, string? authorization) =>
        $"{source.Address.AbsoluteUri}\n{(authorization is null ? "open" : $"authorized by {source.AuthHeaderSecret}")}\n{string.Join('\n', source.Headers.Select(h => $"{h.Key}: {h.Value}"))}";

    private static WorkerException Mismatch(Vertex vertex, Digest wanted, Digest found) => new(WorkerException.WrongChecksum, ErrorKind.FailedPrecondition,
        $"The file of '{vertex.Name}' is not the one that is wanted: expected digest '{wanted}', and it is '{found}'. Look at what changed, then correct the checksum.");
}
