using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

namespace MsBuildKit.Engine;

/// <summary>Looks into the folders that the caller lends for a Dockerfile.</summary>
/// <param name="folders">Absolute paths by name.</param>
internal sealed class LentFolders(IReadOnlyDictionary<string, string> folders) : IContextFiles
{
    /// <inheritdoc />
    public async Task<byte[]?> FindAsync(string context, string path, CancellationToken cancellationToken)
    {
        var file = folders.TryGetValue(context, out var folder) ? Path.Combine(folder, path) : null;
        return File.Exists(file) ? await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false) : null;
    }
}
