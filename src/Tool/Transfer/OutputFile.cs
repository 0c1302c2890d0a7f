using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A file of a result that comes, beside its name until it is whole.</summary>
internal sealed class OutputFile : IReceivingFile
{
    private readonly string _path;
    private readonly Stat _entry;
    private FileStream? _file;

    public OutputFile(string path, Stat entry)
    {
        (_path, _entry) = (path, entry);
        OutputFolder.OnDisk(path, () => _file = StagedFile.Create(path));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OutputFolder.OnDisk(_path, () => _file!.Write(chunk.Span));
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        var staged = _path + StagedFile.Ending;
        OutputFolder.OnDisk(_path, _file!.Dispose);
        OutputFolder.Finish(staged, _entry);
        OutputFolder.OnDisk(_path, () => OutputFolder.Place(staged, _path));
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
        StagedFile.Drop(_path + StagedFile.Ending);
    }
}
