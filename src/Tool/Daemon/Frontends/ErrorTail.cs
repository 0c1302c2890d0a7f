using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary>The last of what a frontend wrote to its errors.</summary>
internal sealed class ErrorTail
{
    private const int Most = 1 << 12;

    private readonly List<byte> _last = [];

    /// <summary>One line.</summary>
    public string Text => PlainText.Of(Encoding.UTF8.GetString([.. _last]).Trim());

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[Most];
        try
        {
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                _last.AddRange(buffer.AsSpan(0, read));
                if (_last.Count > Most) _last.RemoveRange(0, _last.Count - Most);
            }
        }
        catch (IOException)
        {
            // It was killed.
        }
    }
}
