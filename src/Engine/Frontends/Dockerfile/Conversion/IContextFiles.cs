namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Looks at contexts while a Dockerfile is converted, without taking their files.</summary>
public interface IContextFiles
{
    /// <summary>The content of a file at the top of a context (<c>.dockerignore</c>), or <c>null</c> when it is not there.</summary>
    /// <param name="context">The name of a folder that the caller lends.</param>
    /// <param name="path">Relative, slash-separated.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<byte[]?> FindAsync(string context, string path, CancellationToken cancellationToken);
}
