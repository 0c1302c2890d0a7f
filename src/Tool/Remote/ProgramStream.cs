using System.ComponentModel;
using System.Diagnostics;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Remote;

/// <summary>A program's input and output as a connection. Disposed, the program ends.</summary>
internal sealed class ProgramStream : ConnectionStream
{
    private const int MostSaid = 1000;

    private readonly Process _process;
    private readonly Task<string> _said;

    private ProgramStream(Process process)
    {
        _process = process;
        _said = ReadAsync(process.StandardError);
    }

    /// <summary>Starts a program at a full path. Throws an <see cref="IOException"/> when it cannot be started.</summary>
    public static ProgramStream Start(string program, IReadOnlyList<string> arguments)
    {
        if (!Path.IsPathFullyQualified(program)) throw new ArgumentException($"'{program}' is no full path", nameof(program));
        try
        {
            return new ProgramStream(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"'{program}' could not be started: {e.Message}", e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0 || buffer.IsEmpty) return read;
        var said = await _said.WaitAsync(cancellationToken).ConfigureAwait(false);
        throw new IOException(said.Length > 0 ? said : "the program that leads to it has ended");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _process.StandardInput.BaseStream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        await _process.StandardInput.BaseStream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
        base.Dispose(disposing);
    }

    // The last of what it says tells why it ended.
    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var said = "";
        while (await reader.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } line)
            if (line.Trim() is { Length: > 0 } text) said = text.Length > MostSaid ? text[..MostSaid] : text;
        return said;
    }
}
