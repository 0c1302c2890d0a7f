using System.Diagnostics;
using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Reads objects of a repository, one after the other, from one process. Nothing is checked out, so nothing of a repository ever has a file of its
/// own, runs, or is converted.</summary>
internal sealed class GitObjects : IDisposable
{
    private readonly SharedRepository _repository;
    private readonly Process _process;
    private readonly BufferedStream _answers;
    private readonly CancellationTokenRegistration _cancelled;
    private long _left;

    /// <param name="cancellationToken">Ends the process, and so whoever waits for it.</param>
    public GitObjects(SharedRepository repository, GitProgram git, CancellationToken cancellationToken)
    {
        _repository = repository;
        _process = git.Start(new GitCommand("cat-file", "--batch") { Folder = repository.Folder });
        _answers = new BufferedStream(_process.StandardOutput.BaseStream, 1 << 16);
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _cancelled = cancellationToken.Register(() => _process.Kill());
    }

    /// <summary>The bytes of an object. The stream before must have been disposed.</summary>
    public Stream Open(string id, long? size = null)
    {
        Skip();
        _process.StandardInput.Write(id + "\n");
        _process.StandardInput.Flush();
        var header = ReadLine().Split(' ');
        if (header.Length != 3 || header[0] != id || !long.TryParse(header[2], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || (size ?? length) != length)
            throw _repository.Damaged($"'{id}' cannot be read");
        // The line break behind it.
        _left = length + 1;
        return new ObjectStream(this);
    }

    /// <summary>The whole text of a small object.</summary>
    public string ReadText(string id)
    {
        using var reader = new StreamReader(Open(id), new UTF8Encoding(false, throwOnInvalidBytes: false));
        return reader.ReadToEnd();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _cancelled.Dispose();
        GitProgram.End(_process);
        _process.Dispose();
    }

    private int Read(Span<byte> buffer)
    {
        if (_left <= 1 || buffer.IsEmpty) return 0;
        var read = _answers.Read(buffer[..(int)Math.Min(buffer.Length, _left - 1)]);
        if (read == 0) throw _repository.Damaged("git ended too early");
        _left -= read;
        return read;
    }

    private void Skip()
    {
        for (; _left > 0; _left--)
            if (_answers.ReadByte() < 0) throw _repository.Damaged("git ended too early");
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (int next; (next = _answers.ReadByte()) >= 0 && next != '\n' && line.Length < 256;) line.Append((char)next);
        return line.ToString();
    }

    private sealed class ObjectStream(GitObjects objects) : ReadingStream
    {
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) => objects.Read(buffer);
    }
}
