using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary><c>gateway.v0</c>: a frontend that is an image. It runs in the sandbox of steps and asks over its input and output, as a client would over a socket.</summary>
/// <param name="streams">Serves what it asks.</param>
/// <param name="worker">What it is told of who builds.</param>
internal sealed class GatewayFrontend(StreamListener streams, WorkerDescription worker) : IFrontend
{
    public const string Name = "gateway.v0";

    private const string Source = "source", WantedCapabilities = "frontend.caps", Inputs = "moby.buildkit.frontend.inputs";
    private const string CapabilitiesLabel = "moby.buildkit.frontend.caps", NoNetworkLabel = "moby.buildkit.frontend.network.none";
    private const string MetadataFolder = "/run/config/buildkit/metadata";

    /// <inheritdoc />
    public async Task<FrontendResult> SolveAsync(BuildBridge bridge, FrontendCall call, CancellationToken cancellationToken)
    {
        if (!call.Attributes.TryGetValue(Source, out var source) || source.Length == 0)
            throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "no source specified for gateway: name an image as 'source'");
        // The way to say that a Dockerfile's own wish does not count.
        if (source == DockerfileFrontend.Name) return await bridge.SolveAsync(null, DockerfileFrontend.Name, call, cancellationToken).ConfigureAwait(false);
        var (graph, config) = await FindAsync(bridge, source, cancellationToken).ConfigureAwait(false);
        RequireCapabilities(config, call);
        var root = await bridge.Add(graph).SolveAsync(cancellationToken).ConfigureAwait(false);
        var own = bridge.CreateChild(call);
        await using var closed = own.ConfigureAwait(false);
        await RunAsync(own, config, graph, root, call, cancellationToken).ConfigureAwait(false);
        if (!own.Returned.IsCompleted) throw new DaemonException(DaemonException.FrontendFailed, ErrorKind.Unavailable, $"no result for incomplete build: the frontend '{source}' ended without one");
        return await own.Returned.ConfigureAwait(false);
    }

    private static async Task<(Definition Graph, ImageConfig Config)> FindAsync(BuildBridge bridge, string source, CancellationToken cancellationToken)
    {
        var reference = ImageReference.Parse(source);
        var image = await bridge.Status.RunAsync($"resolve image config for docker-image://{reference}", _ => bridge.Images.ResolveAsync(reference, bridge.Machine, cancellationToken)).ConfigureAwait(false);
        var pinned = reference.WithDigest(image.Root.Digest).ToString();
        return (LlbMarshaller.Marshal(LlbState.Image(pinned, bridge.Machine, $"docker-image://{pinned}")), image.Config);
    }

    private static void RequireCapabilities(ImageConfig config, FrontendCall call)
    {
        var offered = Names(config.Config?.Labels?.GetValueOrDefault(CapabilitiesLabel));
        var wanted = Names(call.Attributes.GetValueOrDefault(WantedCapabilities)).Concat(call.Inputs.Count > 0 ? [Inputs] : []);
        if (wanted.FirstOrDefault(w => !offered.Contains(w)) is { } missing)
            throw new FrontendException(FrontendException.UnknownCapability, ErrorKind.NotSupported, $"unsupported frontend capability {missing}") { Capability = missing };
    }

    private static string[] Names(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task RunAsync(BuildBridge own, ImageConfig config, Definition graph, VertexResult root, FrontendCall call, CancellationToken cancellationToken)
    {
        var metadata = await own.Add(LlbMarshaller.Marshal(LlbState.Scratch.File("write what the frontend is", FileStep.MakeFile("/frontend.bin", 0b100_000_000, graph.ToByteArray())))).SolveAsync(cancellationToken).ConfigureAwait(false);
        var hasNoNetwork = GoBoolean.Parse(config.Config?.Labels?.GetValueOrDefault(NoNetworkLabel) ?? "") is true;
        var container = await own.Job.OpenContainerAsync(
            new ContainerDescription
            {
                Inputs = [root, metadata],
                Mounts = [new Mount { Dest = "/", Input = 0, Output = OpConstants.Empty }, new Mount { Dest = MetadataFolder, Input = 1, Output = OpConstants.Empty, Readonly = true }],
                Network = hasNoNetwork ? NetMode.None : NetMode.Unset,
            },
            cancellationToken).ConfigureAwait(false);
        await using var released = container.ConfigureAwait(false);
        var process = await container.StartAsync(new ProcessDescription { Meta = Describe(own, config, call) }, cancellationToken).ConfigureAwait(false);
        await using var killed = process.ConfigureAwait(false);
        var errors = new ErrorTail();
        var listening = errors.ReadAsync(process.Error, cancellationToken);
        var serving = streams.ServeAsync(new JoinedStream(process.Output, process.Input), own);
        var code = await process.ExitCode.WaitAsync(cancellationToken).ConfigureAwait(false);
        await listening.ConfigureAwait(false);
        await serving.WaitAsync(cancellationToken).ConfigureAwait(false);
        // What it said itself says more.
        if (code != 0 && !own.Returned.IsFaulted)
            throw new DaemonException(DaemonException.FrontendFailed, ErrorKind.Unavailable, $"the frontend ended with exit code: {code}{(errors.Text.Length > 0 ? ": " + errors.Text : "")}");
    }

    private Meta Describe(BuildBridge own, ImageConfig config, FrontendCall call)
    {
        var told = call.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select((a, i) => FormattableString.Invariant($"BUILDKIT_FRONTEND_OPT_{i}={a.Key}={a.Value}"));
        var image = config.Config;
        return new Meta
        {
            Args = { image?.Entrypoint is { Count: > 0 } entry ? entry : ["/run"] },
            Cwd = string.IsNullOrEmpty(image?.WorkingDir) ? "/" : image.WorkingDir,
            Env = { (image?.Env ?? []).Concat(told), $"BUILDKIT_SESSION_ID={own.Lent.Client?.Id}", $"BUILDKIT_WORKERS={Workers()}", "BUILDKIT_EXPORTEDPRODUCT=" },
        };
    }

    private string Workers()
    {
        var described = worker.Describe();
        return JsonSerializer.Serialize(new[]
        {
            new
            {
                described.ID,
                Labels = described.Labels.ToDictionary(),
                Platforms = described.Platforms.Select(p => new { architecture = p.Architecture, os = p.OS, variant = p.Variant.Length > 0 ? p.Variant : null }),
                GCPolicy = Array.Empty<object>(),
            },
        });
    }
}
