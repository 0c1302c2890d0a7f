using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build;

/// <summary>Writes files that are there whole or not at all.</summary>
internal static class WholeFile
{
    /// <param name="path">Absolute.</param>
    /// <param name="text">Its content.</param>
    /// <param name="cancellationToken">Leaves what was there.</param>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var beside = path + ".tmp";
        try
        {
            await File.WriteAllTextAsync(beside, text, cancellationToken).ConfigureAwait(false);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(ToolException.CannotWrite, ErrorKind.FailedPrecondition, $"'{path}' cannot be written: {e.Message.TrimEnd('.')}. The image is built; name another file.", e);
        }
    }
}
