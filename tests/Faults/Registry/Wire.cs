using System.Net.Sockets;
using System.Text;

namespace MsBuildKit.Faults.Registry;

/// <summary>A client's connection, down to the bytes: it can end in every way in which connections end.</summary>
internal sealed class Wire(Socket socket) : IDisposable
{
    private const int LargestHead = 1 << 16;

    private readonly byte[] _buffer = new byte[1 << 16];
    private int _from, _to;

    /// <summary>The connection is gone.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The next request, or <c>null</c> when the client has none, or does not speak plain HTTP.</summary>
    public async Task<ProxiedRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        while (head.Count < LargestHead && (head.Count < 4 || head[^4] != '\r' || head[^3] != '\n' || head[^2] != '\r' || head[^1] != '\n'))
        {
            if (await NextAsync(cancellationToken) is not { } next || (head.Count == 0 && !char.IsAsciiLetterUpper((char)next))) return null;
            head.Add(next);
        }
        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => KeyValuePair.Create(l[..l.IndexOf(':')], l[(l.IndexOf(':') + 1)..].Trim())).ToList();
        var length = headers.Where(h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(h => int.Parse(h.Value)).FirstOrDefault();
        var body = new byte[length];
        for (var at = 0; at < length;)
        {
            if (_from == _to && !await FillAsync(cancellationToken)) return null;
            var part = Math.Min(length - at, _to - _from);
            _buffer.AsSpan(_from, part).CopyTo(body.AsSpan(at));
            (at, _from) = (at + part, _from + part);
        }
        var words = lines[0].Split(' ');
        return new ProxiedRequest(words[0], words[1], headers, body);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }

    /// <summary>Waits until the client hangs up.</summary>
    public async Task WaitForTheEndAsync(CancellationToken cancellationToken)
    {
        IsEnded = true;
        while (await FillAsync(cancellationToken))
        {
        }
    }

    /// <summary>Ends it as a crash does: with RST.</summary>
    public void Reset()
    {
        IsEnded = true;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Ends it politely: with FIN.</summary>
    public void Close()
    {
        IsEnded = true;
        socket.Shutdown(SocketShutdown.Send);
    }

    public void Dispose() => socket.Dispose();

    private async Task<byte?> NextAsync(CancellationToken cancellationToken) =>
        _from < _to || await FillAsync(cancellationToken) ? _buffer[_from++] : null;

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        (_from, _to) = (0, await socket.ReceiveAsync(_buffer, cancellationToken));
        return _to > 0;
    }
}
