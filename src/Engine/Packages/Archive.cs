using System.IO.Compression;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using SharpCompress.Compressors.Xz;

namespace MsBuildKit.Engine.Packages;

/// <summary>The suites of a distribution, read down to their packages; each step is checked by the one before it.</summary>
internal sealed class Archive(CompositionRequest request, Mirror mirror, IContentStore store, TimeProvider time)
{
    private const long Allowance = 64 << 20;

    private readonly List<(AptSource Source, ReleaseFile Release)> _suites = [];

    /// <summary>Digests of the release files by suite, sorted.</summary>
    public SortedDictionary<string, string> Snapshot { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets and verifies the release files: one request per suite.</summary>
    public async Task OpenAsync(IReadOnlyList<AptSource> sources, CancellationToken cancellationToken)
    {
        var messages = await Task.WhenAll(sources.Select(s =>
            mirror.FindSmallAsync($"{s.Mirror}/dists/{s.Suite}/InRelease", cancellationToken))).ConfigureAwait(false);
        foreach (var (source, message) in sources.Zip(messages))
        {
            if (message is null && IsOptional(source)) continue;
            if (message is null)
                throw new PackageException(PackageException.Untrusted, ErrorKind.NotFound,
                    $"The mirror has no signed release file for '{source.Suite}'. Use a mirror that serves the suite; unsigned archives are not used.");
            var text = ClearSigned.Verify(message, Keyring.Find(request, source), source.Suite);
            _suites.Add((source, ReleaseFile.Parse(text, source.Suite, request.CheckValidUntil ? time.GetUtcNow() : null)));
            Snapshot[source.Suite] = Convert.ToHexStringLower(SHA256.HashData(message));
        }
    }

    /// <summary>Gets the indexes that the store lacks and reads them.</summary>
    public async Task<PackageIndex> ReadAsync(CancellationToken cancellationToken)
    {
        var packages = new List<IndexedPackage>();
        foreach (var (source, release) in _suites)
            foreach (var component in source.Components)
                packages.AddRange(await ReadAsync(source, release, component, cancellationToken).ConfigureAwait(false));
        return new PackageIndex(packages);
    }

    private async Task<List<IndexedPackage>> ReadAsync(AptSource source, ReleaseFile release, string component, CancellationToken cancellationToken)
    {
        var folder = $"{component}/binary-{DebianArchitecture.Of(request.Platform)}";
        var name = new[] { "Packages.xz", "Packages.gz", "Packages" }.FirstOrDefault(n => release.Find($"{folder}/{n}") is not null);
        if (name is null) return [];
        var (hash, size) = release.Find($"{folder}/{name}")!.Value;
        var path = release.IsByHash ? $"{folder}/by-hash/SHA256/{hash}" : $"{folder}/{name}";
        var digest = await mirror.FetchAsync($"{source.Mirror}/dists/{source.Suite}/{path}", hash, size, cancellationToken).ConfigureAwait(false);
        await store.ProveAsync(digest, cancellationToken).ConfigureAwait(false);
        using var blob = await store.FindAsync(digest, cancellationToken).ConfigureAwait(false);
        // The decompressor asks for single bytes.
        using var buffered = new BufferedStream(blob!, 128 << 10);
        try
        {
            using var plain = Promised(Decompress(buffered, name), release.Find($"{folder}/Packages"));
            using var reader = new StreamReader(plain);
            return [.. Stanza.Read(reader).Select(s => IndexedPackage.From(s, source.Suite))];
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            throw new PackageException(PackageException.Mismatch, ErrorKind.Invalid,
                $"The index of packages of '{source.Suite}' cannot be used: {e.Message.TrimEnd('.')}. Use another mirror.", e);
        }
    }

    private static Stream Decompress(Stream blob, string name) => Path.GetExtension(name) switch
    {
        ".xz" => new UnpackStream(blob, b => new XZStream(b), Allowance),
        ".gz" => new UnpackStream(blob, b => new GZipStream(b, CompressionMode.Decompress), Allowance),
        _ => blob,
    };

    // Release files promise the plain index too, even where only packed ones are served.
    private static Stream Promised(Stream plain, (string Sha256, long Size)? promise) =>
        promise is var (hash, size) ? new PromisedStream(plain, hash, size) : plain;

    // A mirror given by hand need not carry the updates suite; what the machine's own sources name must be there.
    private bool IsOptional(AptSource source) => request.Mirrors.Count > 0 && source.Suite.EndsWith("-updates", StringComparison.Ordinal);
}
