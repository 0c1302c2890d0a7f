using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Reads what is secret, within the bound that BuildKit's clients have.</summary>
public static class SecretBytes
{
    /// <summary>The largest secret, in bytes.</summary>
    public const int Most = 500 * 1024;

    /// <summary>All of a stream; throws MBK1806 when it is too much. Nothing at all is no secret: <c>null</c>.</summary>
    internal static async Task<byte[]?> ReadAsync(Stream stream, string place, CancellationToken cancellationToken)
    {
        var bytes = new byte[Most + 1];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var secret = Bound(bytes.AsSpan(0, read), place);
        bytes.AsSpan().Clear();
        return secret;
    }

    internal static byte[]? Bound(ReadOnlySpan<byte> secret, string place)
    {
        if (secret.Length > Most) throw Unusable($"The secret in {place} has more than {Most / 1024} kB. Keep what is large in a file of the build, and its key in the secret.");
        return secret.IsEmpty ? null : secret.ToArray();
    }

    internal static SessionException Unusable(string message, Exception? inner = null) => new(SessionException.SecretUnusable, ErrorKind.FailedPrecondition, message, inner);
}
