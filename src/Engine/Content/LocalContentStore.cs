using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>A content store in a directory that is an OCI layout, shared by any number of processes without a server.</summary>
/// <remarks>
/// <c>blobs/ALGORITHM/HEX</c> are the blobs, read-only; their modification time is that of their last use, to the day. <c>ingest/</c>
/// holds files on their way in, each named after the lease of the process that writes it, so that what a dead process left is told
/// from what a live one writes. <c>leases/</c> says what live processes use (<see cref="Lease"/>). Nothing is created before the
/// first write. <see cref="StoreCollector"/> keeps it from growing, <see cref="StoreVerifier"/> finds what the disk damaged, and what is read
/// to its end is proven on the way (<see cref="BlobFileStream"/>).
/// </remarks>
public sealed class LocalContentStore : IContentStore, IAsyncDisposable
{
    private const string IngestFolder = "ingest";

    private static readonly byte[] s_layout = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();
    private static readonly TimeSpan s_touchAfter = TimeSpan.FromDays(1);

    private readonly Lazy<CommitQueue> _commits;
    private Lazy<Lease> _lease;
    private long _counter;

    /// <summary>Opens the store at an absolute path, which need not exist.</summary>
    public LocalContentStore(string root)
    {
        Root = root;
        _commits = new(() => new CommitQueue(Prepare()));
        _lease = new(OpenLease);
    }

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>Where the blob would be, whether it is there or not.</summary>
    public string PathOf(Digest digest) => Path.Combine(Root, "blobs", digest.Algorithm, digest.Hex);

    /// <inheritdoc />
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(digest));
        return new(file.Exists ? file.Length : null);
    }

    /// <inheritdoc />
    public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new(Find(digest));

    /// <summary>Opens a blob, or <c>null</c> when it is not there.</summary>
    public Stream? Find(Digest digest)
    {
        try
        {
            return new BlobFileStream(PathOf(digest), digest, Remove);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The file of a blob, its bytes not proven; <c>null</c> when there is none that can be read.</summary>
    internal SafeFileHandle? FindFile(Digest digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public ContentIngest BeginIngest(Digest? expected = null) => new LocalIngest(this, NextIngest() + (expected is { } digest ? EndingOf(digest) : ""));

    /// <inheritdoc />
    public Stream? FindArriving(Digest digest, long size)
    {
        try
        {
            // What a dead process left is not the one that was written to last.
            var path = Directory.EnumerateFiles(Path.Combine(Root, IngestFolder), "*" + EndingOf(digest)).MaxBy(File.GetLastWriteTimeUtc);
            return path is null ? null : new ArrivingStream(path, PathOf(digest), size);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a file on the store's disk that is gone when it is closed; should the process die, it is swept like what else it left.</summary>
    internal FileStream CreatePassingFile()
    {
        try
        {
            return new FileStream(NextIngest(), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 17, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    /// <inheritdoc />
    public void Retain(Digest digest)
    {
        try
        {
            if (_lease.Value.Add(digest)) Touch(digest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    /// <summary>Makes the folder a store at once. Throws MBK1205.</summary>
    public void Create() => Prepare();

    /// <summary>Lets go of all that was held: of use for a process that lives longer than its builds, while none of them runs and nothing is written.</summary>
    public void Release()
    {
        if (!_lease.IsValueCreated) return;
        var ended = _lease.Value;
        _lease = new(OpenLease);
        ended.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_commits.IsValueCreated) await _commits.Value.DisposeAsync().ConfigureAwait(false);
        if (_lease.IsValueCreated) _lease.Value.Dispose();
    }

    internal async Task PublishAsync(string staged, Digest digest)
    {
        Retain(digest);
        var final = PathOf(digest);
        try
        {
            // A blob of another length is damaged, and this is the moment when it can be mended.
            if (new FileInfo(final) is { Exists: true } there && there.Length == new FileInfo(staged).Length)
            {
                await _commits.Value.ConfirmAsync(final).ConfigureAwait(false);
                return;
            }
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(staged, UnixFileMode.UserRead);
            await _commits.Value.CommitAsync(staged, final).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    internal ContentException CannotKeep(Exception e, long needed = 0) => new(ContentException.CannotKeep, ErrorKind.Unavailable,
        $"The content store '{Root}' cannot be written: {DiskSpace.Explain(e, Root, needed)}. Free space with 'msbuildkit prune', or set ContainerCacheDirectory to another disk.", e);

    private static string EndingOf(Digest expected) => $".{expected.Hex}";

    private string NextIngest() => Path.Combine(Root, IngestFolder, string.Create(CultureInfo.InvariantCulture, $"{_lease.Value.Name}-{Interlocked.Increment(ref _counter)}"));

    private Lease OpenLease()
    {
        Prepare();
        try
        {
            return new Lease(Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    // What is used stays young for collection. A blob that cannot be touched is merely evicted earlier.
    private void Touch(Digest digest)
    {
        try
        {
            var file = new FileInfo(PathOf(digest));
            if (file.Exists && _lease.Value.Began - file.LastWriteTimeUtc > s_touchAfter) file.LastWriteTimeUtc = _lease.Value.Began;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    // One that cannot be removed is found again by the next who reads it.
    private void Remove(StoredFile damaged)
    {
        try
        {
            using var gate = StoreGate.Close(Root);
            damaged.RemoveIfUnchanged();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Root);
            else Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // The leases first: they tell a store from a folder that is something else.
            foreach (var folder in new[] { "leases", "blobs/sha256", "blobs/sha512", IngestFolder })
                Directory.CreateDirectory(Path.Combine(Root, folder));
            // Its bytes never change, so one of another length was cut off while it was written.
            var layout = new FileInfo(Path.Combine(Root, "oci-layout"));
            if (!layout.Exists || layout.Length != s_layout.Length) File.WriteAllBytes(layout.FullName, s_layout);
            return Root;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }
}
