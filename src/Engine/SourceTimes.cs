using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine;

/// <summary>Finds the times of sources by taking them: what is asked of them belongs to the build, which fetches nothing twice.</summary>
/// <param name="ground">What the build stands on.</param>
/// <param name="session">What the caller lends for that.</param>
internal sealed class SourceTimes(BuildGround ground, IBuildSession session) : ISourceTimes
{
    /// <inheritdoc />
    public async Task<long?> FindAsync(SourceOp source, CancellationToken cancellationToken)
    {
        var timed = source.Clone();
        var scheme = source.Identifier.Split("://", 2)[0];
        if (scheme == "git") timed.Attrs[SourceKeys.GitTimes] = SourceKeys.CommitTimes;
        var op = new Op { Source = timed };
        var vertex = new Vertex(Digest.Of(CanonicalBytes.Of(op)), op, new OpMetadata(), []);
        return scheme switch
        {
            "git" => await FindNewestAsync(vertex, cancellationToken).ConfigureAwait(false),
            "http" or "https" => await FindChangedAsync(scheme, vertex, cancellationToken).ConfigureAwait(false)
                ?? await FindNewestInArchiveAsync(vertex, cancellationToken).ConfigureAwait(false),
            _ => null,
        };
    }

    private async Task<long?> FindChangedAsync(string scheme, Vertex vertex, CancellationToken cancellationToken) =>
        ground.Remote.Inspect(scheme, vertex, session, objects: false, cancellationToken) is { } facts ? (await facts.ConfigureAwait(false)).Changed?.ToUnixTimeSeconds() : null;

    // All files of a commit have its time.
    private async Task<long?> FindNewestAsync(Vertex vertex, CancellationToken cancellationToken)
    {
        var files = await OpenAsync(vertex, cancellationToken).ConfigureAwait(false);
        await using var closed = files.ConfigureAwait(false);
        return (await files.ListAsync("/", null, cancellationToken).ConfigureAwait(false)).Select(f => (long?)f.ModifiedSeconds).Max();
    }

    private async Task<long?> FindNewestInArchiveAsync(Vertex vertex, CancellationToken cancellationToken)
    {
        var files = await OpenAsync(vertex, cancellationToken).ConfigureAwait(false);
        await using var closed = files.ConfigureAwait(false);
        var only = (await files.ListAsync("/", null, cancellationToken).ConfigureAwait(false))[0];
        long? newest = null;
        try
        {
            var plain = PackedTar.Open(new BufferedStream(await files.OpenAsync(only.Name, cancellationToken).ConfigureAwait(false)));
            await using var ended = plain.ConfigureAwait(false);
            await TarEntries.ReadAsync(plain, (entry, _) =>
            {
                if (entry.Type == TreeEntryType.File && !(newest > entry.ModifiedSeconds)) newest = entry.ModifiedSeconds;
                return ValueTask.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            // A file that is no archive has no time of its own.
            return null;
        }
        return newest;
    }

    private async Task<ResultFiles> OpenAsync(Vertex source, CancellationToken cancellationToken)
    {
        using var solver = ground.CreateSolver(session, ground.Lend(session));
        return new ResultFiles(await solver.SolveAsync(new Edge(source, 0), cancellationToken).ConfigureAwait(false), solver.Layers.Described, ground.Store, ground.Materializer);
    }
}
