using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>Brings what a caller uploads into a store.</summary>
internal static class HttpUpload
{
    /// <summary>Receives all of it. Throws MBK1803 when the caller uploads nothing, MBK2021 when it is too large.</summary>
    /// <param name="address">Names it.</param>
    /// <param name="session">Has it.</param>
    /// <param name="store">Gets its bytes.</param>
    /// <param name="mostBytes">The largest upload.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    public static async Task<WebFile> ReceiveAsync(Uri address, IBuildSession session, IContentStore store, long mostBytes, CancellationToken cancellationToken)
    {
        var upload = await session.FindUploadAsync(address, cancellationToken).ConfigureAwait(false) ?? throw new SessionException(SessionException.NotLent, ErrorKind.FailedPrecondition,
            $"The graph asks for the upload '{address.AbsoluteUri}', and this build's caller uploads nothing. Give the files as a context.");
        await using var closedUpload = upload.ConfigureAwait(false);
        var ingest = store.BeginIngest();
        await using var closedIngest = ingest.ConfigureAwait(false);
        await ingest.WriteAllAsync(upload, mostBytes, null, cancellationToken).ConfigureAwait(false);
        var size = ingest.Length;
        if (size > mostBytes) throw TooLarge(address, mostBytes);
        return new WebFile(await ingest.CommitAsync(null, null, cancellationToken).ConfigureAwait(false), size, null, null, null);
    }

    private static WorkerException TooLarge(Uri address, long mostBytes) => new(WorkerException.InvalidSource, ErrorKind.Invalid,
        string.Create(CultureInfo.InvariantCulture, $"The upload '{address.AbsoluteUri}' has more than {mostBytes} bytes. Leave out what the build does not need."));
}
