using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A file of a result that comes, beside its name until it is whole.</summary>
internal sealed class OutputFile : IReceivingFile
{
    private readonly string _path;
    private readonly string _staged;
    private readonly Stat _entry;
    private FileStream? _file;

    public OutputFile(string path, Stat entry)
    {
        (_path, _staged, _entry) = (path, OutputFolder.StagedPathOf(path), entry);
        OutputFolder.OnDisk(path, () => _file = new FileStream(_staged, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OutputFolder.OnDisk(_path, () => _file!.Write(chunk.Span));
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        OutputFolder.OnDisk(_path, _file!.Dispose);
        OutputFolder.Finish(_staged, _entry);
        OutputFolder.OnDisk(_path, () => OutputFolder.Place(_staged, _path));
        _file = null;
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        if (_file is null) return;
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // What could not be written is not wanted any more.
        }
        StagedFile.Drop(_staged);
    }
}
