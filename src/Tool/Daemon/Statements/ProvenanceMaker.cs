using System.Text.Json.Nodes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Frontends;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Writes the provenance of a build's results.</summary>
/// <param name="build">Its id.</param>
/// <param name="started">When it began.</param>
/// <param name="machine">What builds.</param>
/// <param name="compatibility">BuildKit's number for how results are written.</param>
/// <param name="custom">What whoever runs the daemon says besides.</param>
internal sealed class ProvenanceMaker(string build, DateTimeOffset started, Platform machine, int compatibility, JsonObject custom)
{
    /// <summary>Throws MBK2580 when all is wanted and not all is known.</summary>
    /// <param name="result">Of what.</param>
    /// <param name="options">How.</param>
    /// <param name="finished">When it was done.</param>
    public async Task<Predicate> WriteAsync(CapturedResult result, ProvenanceOptions options, DateTimeOffset finished)
    {
        if (options.NeedsAllMaterials && !result.Capture.IsComplete) throw Incomplete(result.Capture);
        return BuildKitPredicate.Write(
            new BuildKitProvenance
            {
                Request = result.Request,
                Capture = result.Capture,
                Graph = options.IsFull ? await result.DescribeAsync().ConfigureAwait(false) : null,
                Invocation = build,
                Started = started,
                Finished = finished,
                Builder = machine,
                BuilderId = options.BuilderId,
                Compatibility = compatibility,
                IsReproducible = options.IsReproducible,
                DockerfileVersion = result.Request.Request.Frontend == DockerfileFrontend.Name ? DockerfileFrontend.Version : null,
                Custom = custom,
            },
            options.IsOlder);
    }

    private static StatementException Incomplete(BuildCapture capture) => new(StatementException.IncompleteMaterials, ErrorKind.FailedPrecondition,
        $"provenance materials are incomplete: nobody can say later what was in the folders '{string.Join("', '", capture.Folders)}' of the client: build of a repository or a web address, or leave complete-materials out") { Folders = capture.Folders };
}
