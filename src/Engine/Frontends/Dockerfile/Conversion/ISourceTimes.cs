using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Finds when what a source has was made, while a Dockerfile is converted.</summary>
public interface ISourceTimes
{
    /// <summary>Seconds since 1970: of a repository when its commit was made, of a web server's file when it changed or, where the server does not say, of the
    /// newest file in the archive that it is. <c>null</c> for a source that has no such time, as a folder.</summary>
    Task<long?> FindAsync(SourceOp source, CancellationToken cancellationToken);
}
