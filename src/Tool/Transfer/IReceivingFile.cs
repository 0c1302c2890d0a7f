namespace MsBuildKit.Tool.Transfer;

/// <summary>Takes the content of a file; disposed without being complete, nothing of it is left.</summary>
internal interface IReceivingFile : IDisposable
{
    /// <param name="chunk">Stays as it is for ever.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken);

    ValueTask CompleteAsync(CancellationToken cancellationToken);
}
