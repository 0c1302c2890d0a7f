using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Workers.Remote;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Tool.Remote;

/// <summary>Has graphs solved by builders of BuildKit: by the one that knows the project best, else by the next.</summary>
/// <param name="endpoints">At least one.</param>
/// <param name="connector">Connects to them.</param>
/// <param name="credentials">Lent to them, for images that a build stands on.</param>
/// <param name="time">The clock.</param>
internal sealed class RemoteSolver(IReadOnlyList<BuilderEndpoint> endpoints, EndpointConnector connector, ICredentialSource credentials, TimeProvider time) : IRemoteSolver
{
    private readonly HashSet<BuilderEndpoint> _lost = [];

    /// <inheritdoc />
    public async Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var endpoint in EndpointOrder.Of(endpoints, graph.Terms.Project).Where(e => !_lost.Contains(e)))
            try
            {
                return await new RemoteBuild(endpoint, connector, credentials, time, graph, progress).RunAsync(SharedKeyOf(graph), cancellationToken).ConfigureAwait(false);
            }
            catch (LostBuilderException e)
            {
                // What a build found to be gone is not asked again by it.
                _lost.Add(endpoint);
                faults.Add($"'{endpoint.Text}': {e.Message.TrimEnd('.')}");
                if (_lost.Count < endpoints.Count)
                    progress?.Report(new BuildMessage(MessageLevel.Warning, $"The builder '{endpoint.Text}' is lost: {e.Message.TrimEnd('.')}. The next one goes on.", RemoteException.NoBuilder));
            }
        throw new RemoteException(RemoteException.NoBuilder, ErrorKind.Unavailable, $"No builder is left. {string.Join("; ", faults.Count > 0 ? faults : endpoints.Select(e => $"'{e.Text}' is gone"))}. Start one of them, or name another.");
    }

    // The builder keeps what it received under this and the tree's name, and updates it the next time.
    private static string SharedKeyOf(RemoteGraph graph) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{graph.Store.Root}\0{graph.Terms.Project}")));
}
