using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Solves trees that a frontend looks into before it knows what to build.</summary>
internal sealed class SolvedFiles(BuildBridge bridge)
{
    private const int Longest = 4 << 20;

    /// <summary>Solves a tree; the caller disposes what it gives.</summary>
    public async Task<ResultFiles> OpenAsync(LlbState tree, CancellationToken cancellationToken) =>
        bridge.Job.OpenFiles(await bridge.Add(LlbMarshaller.MarshalOrNull(tree)).SolveAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The content of a text, or <c>null</c> when it is not there. Throws MBK2521 for one that is too large to be one.</summary>
    public static async Task<byte[]?> FindAsync(ResultFiles files, string path, CancellationToken cancellationToken)
    {
        try
        {
            if ((await files.StatAsync(path, cancellationToken).ConfigureAwait(false)).Size > Longest)
                throw new FrontendException(FrontendException.NoDockerfile, ErrorKind.Invalid, $"'{path}' is larger than 4 MiB, and so no text that people wrote. Name another file.");
            return await files.ReadAsync(path, 0, null, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}
