using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A file of a context that comes: a small one is held until it is whole, a large one written beside the others.</summary>
internal sealed class ContextReceivingFile(ContextTransfer transfer, ContentFolder content, Stat entry) : IReceivingFile
{
    private const int Small = 128 << 10;

    private readonly List<ReadOnlyMemory<byte>> _chunks = [];
    private IncrementalHash? _hash;
    private FileStream? _file;
    private bool _executable;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (entry.Size <= Small)
        {
            _chunks.Add(chunk);
            return;
        }
        if (_file is null)
        {
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _file = Create();
            _executable = ProgramFile.IsProgram(chunk.Span);
        }
        _hash!.AppendData(chunk.Span);
        await OnDisk(() => _file.WriteAsync(chunk, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (_file is null)
        {
            await transfer.WriteAsync(entry, _chunks, cancellationToken).ConfigureAwait(false);
            return;
        }
        await OnDisk(_file.DisposeAsync).ConfigureAwait(false);
        var digest = Digest.FromSha256(_hash!.GetHashAndReset());
        content.Add(digest, _file.Name);
        transfer.Keep(entry, new FileFacts(digest, "", entry.Size, _executable));
    }

    public void Dispose()
    {
        _hash?.Dispose();
        if (_file is null) return;
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is not wanted any more.
        }
        StagedFile.Drop(_file.Name);
    }

    private FileStream Create()
    {
        var path = content.NewPath();
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 17);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(path, e);
        }
    }

    private async ValueTask OnDisk(Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(_file!.Name, e);
        }
    }
}
