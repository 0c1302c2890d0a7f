using System.Net.Sockets;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>The file of a unix socket.</summary>
internal static class ListenSocket
{
    /// <summary>Makes the place free: a socket that a dead process left goes. Throws MBK2513 where somebody listens, or something else than a socket is.</summary>
    public static async Task ClearAsync(UnixDomainSocketEndPoint place, CancellationToken cancellationToken)
    {
        var path = place.ToString();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!Path.Exists(path)) return;
            if (await IsServedAsync(place, cancellationToken).ConfigureAwait(false))
                throw new DaemonException(DaemonException.AddressTaken, ErrorKind.AlreadyExists, $"Another daemon listens on 'unix://{path}': stop it, or name another address with --addr.");
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException(DaemonException.AddressTaken, ErrorKind.FailedPrecondition, $"The socket '{path}' cannot be made: {e.Message.TrimEnd('.')}. Name another address with --addr.", e);
        }
    }

    private static async Task<bool> IsServedAsync(UnixDomainSocketEndPoint place, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(place, cancellationToken).ConfigureAwait(false);
            return true;
        }
        // Nobody answers at a socket that is left, and at a file that was never one.
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused && IsSocket(place.ToString()))
        {
            return false;
        }
        catch (SocketException e)
        {
            throw new DaemonException(DaemonException.AddressTaken, ErrorKind.FailedPrecondition, $"What is at '{place}' is no socket of a daemon that has ended ({e.Message}): name another address with --addr.", e);
        }
    }

    private static bool IsSocket(string path) => new FileInfo(path) is { Length: 0 } file && file.Attributes.HasFlag(FileAttributes.ReparsePoint) == false && !Directory.Exists(path);
}
