namespace MsBuildKit.Engine.Sessions;

/// <summary>A secret that a file holds, byte for byte.</summary>
/// <param name="path">Absolute.</param>
public sealed class FileSecret(string path) : ISecretSource
{
    /// <inheritdoc />
    public string Place => $"the file '{path}'";

    /// <inheritdoc />
    public async ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Opening a pipe waits for who writes to it, and cannot be stopped: the build can.
            var stream = await Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, useAsync: true), cancellationToken)
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                return await SecretBytes.ReadAsync(stream, Place, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SecretBytes.Unusable($"The secret in {Place} cannot be read: {e.Message.TrimEnd('.')}. Check its permissions.", e);
        }
    }
}
