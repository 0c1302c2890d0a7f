using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build;

/// <summary>A folder of one build's own, that nobody else may look into. Gone when the build is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private string? _path;

    /// <summary>The path of something in it; the folder is made when it is first asked for.</summary>
    public string PathOf(string name)
    {
        _path ??= Directory.CreateTempSubdirectory("msbuildkit-").FullName;
        return Path.Combine(_path, name);
    }

    /// <summary>Sends a file of it on.</summary>
    public async Task CopyAsync(string name, Func<Stream> open, CancellationToken cancellationToken)
    {
        try
        {
            var (file, output) = (File.OpenRead(PathOf(name)), open());
            await using var reading = file.ConfigureAwait(false);
            await using var writing = output.ConfigureAwait(false);
            await file.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new ToolException(ToolException.CannotWrite, ErrorKind.FailedPrecondition, $"Standard output cannot be written: {e.Message.TrimEnd('.')}. The image is built; send it to a file with dest=FILE.", e);
        }
    }

    public void Dispose()
    {
        if (_path is not null) Directory.Delete(_path, recursive: true);
    }
}
