using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>Where the daemon listens, as command lines say it.</summary>
internal static class ListenAddress
{
    private const int Scheme = 6;

    /// <summary>Reads <c>unix:///path</c> or <c>tcp://host:port</c>; <c>null</c> for anything else. A host that is a name is one of this machine's: it may only be <c>localhost</c>.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="folder">What a relative path starts from.</param>
    public static EndPoint? TryParse(string text, string folder)
    {
        if (text.StartsWith("unix://", StringComparison.Ordinal) && text.Length > Scheme + 1) return new UnixDomainSocketEndPoint(Path.GetFullPath(text[(Scheme + 1)..], folder));
        if (!text.StartsWith("tcp://", StringComparison.Ordinal)) return null;
        var place = text[Scheme..];
        if (place.StartsWith(':')) place = "0.0.0.0" + place;
        if (place.StartsWith("localhost:", StringComparison.Ordinal)) place = "127.0.0.1" + place["localhost".Length..];
        return place.LastIndexOf(':') > place.LastIndexOf(']') && IPEndPoint.TryParse(place, out var port) ? port : null;
    }

    /// <summary>The socket where nobody names a place: of the whole machine for root, else of the user.</summary>
    /// <param name="isRoot">Who runs the daemon.</param>
    /// <param name="environment">For <c>XDG_RUNTIME_DIR</c>.</param>
    public static string Default(bool isRoot, IReadOnlyDictionary<string, string> environment)
    {
        if (!isRoot && environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } own) return $"unix://{own}/msbuildkit/msbuildkitd.sock";
        return "unix:///run/msbuildkit/msbuildkitd.sock";
    }

    /// <summary>Other machines reach it.</summary>
    public static bool IsOpen(EndPoint place) => place is IPEndPoint port && !IPAddress.IsLoopback(port.Address);

    public static string Text(EndPoint place) => place is UnixDomainSocketEndPoint ? $"unix://{place}" : $"tcp://{place}";
}
