using System.Security.Cryptography;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>A file on its way into a <see cref="LocalContentStore"/>, hashed while it is written.</summary>
internal sealed class LocalIngest : ContentIngest
{
    private const int Portion = 8 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly LocalContentStore _store;
    private readonly string _path;
    private FileStream? _file;
    private long _length;
    private long _begun;

    public LocalIngest(LocalContentStore store, string path)
    {
        (_store, _path) = (store, path);
        try
        {
            // The blob has its name a moment before this file is closed: whoever finds it then must be able to read it.
            _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw store.CannotKeep(e);
        }
    }

    public override long Length => _length;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var file = _file ?? throw new ObjectDisposedException(nameof(LocalIngest));
        _hash.AppendData(bytes.Span);
        try
        {
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw _store.CannotKeep(e, bytes.Length);
        }
        _length += bytes.Length;
        if (_length - _begun < Portion) return;
        Posix.BeginWriting(file.SafeFileHandle, _begun, _length - _begun);
        _begun = _length;
    }

    public override async ValueTask<Digest> CommitAsync(Digest? expected, long? expectedSize, CancellationToken cancellationToken)
    {
        var file = _file ?? throw new ObjectDisposedException(nameof(LocalIngest));
        cancellationToken.ThrowIfCancellationRequested();
        var digest = Digest.FromSha256(_hash.GetHashAndReset());
        if (expected is { } wanted && wanted != digest) throw Mismatch($"digest {digest} instead of {wanted}");
        if (expectedSize is { } size && size != _length) throw Mismatch($"{_length} bytes instead of {size}");
        // Closed first: a file that is open for one alone keeps away those who already see it under its digest, and elsewhere than on
        // Linux it can be neither flushed nor renamed by another handle.
        _file = null;
        await file.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _store.PublishAsync(_path, digest).ConfigureAwait(false);
        }
        finally
        {
            // After a commit nothing is left to remove, unless another writer had committed the same bytes before.
            StagedFile.Drop(_path);
        }
        return digest;
    }

    public override async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        if (_file is null) return;
        await _file.DisposeAsync().ConfigureAwait(false);
        _file = null;
        StagedFile.Drop(_path);
    }

    private static ContentException Mismatch(string what) => new(ContentException.Mismatch, ErrorKind.Unavailable,
        $"Content arrived with {what}: nothing was kept. Try again; if it stays so, the source is broken or was tampered with.");
}
