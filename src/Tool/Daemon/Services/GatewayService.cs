using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Containers;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Protocol.Policies;
using MsBuildKit.Tool.Transfer;
using MsBuildKit.Tool.Wire;
using SolveRequest = MsBuildKit.Tool.Protocol.Gateway.SolveRequest;
using SolveResponse = MsBuildKit.Tool.Protocol.Gateway.SolveResponse;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary><c>moby.buildkit.v1.frontend.LLBBridge</c>: what frontends ask of the build that they belong to.</summary>
internal sealed class GatewayService(BuildRegistry builds, WorkerDescription worker) : LLBBridge.LLBBridgeBase
{
    private const string BuildId = "buildkit-controlapi-buildid";

    public override async Task<PongResponse> Ping(PingRequest request, ServerCallContext context)
    {
        await FindAsync(context).ConfigureAwait(false);
        return new PongResponse
        {
            FrontendAPICaps = { DaemonCapabilities.Describe(DaemonCapabilities.OfGateway) },
            LLBCaps = { DaemonCapabilities.Describe(DaemonCapabilities.OfLlb) },
            Workers = { worker.Describe() },
        };
    }

    public override async Task<SolveResponse> Solve(SolveRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        if (request.Frontend.Length > 0) RefusePolicies(request.SourcePolicies);
        await bridge.Caches.ImportAsync(request.CacheImports.Select(c => new CacheOption(c.Type, c.Attrs.AsReadOnly())), bridge.Ended).ConfigureAwait(false);
        var result = await bridge.SolveAsync(
            request.Definition, request.Frontend, new FrontendCall(request.FrontendOpt.AsReadOnly(), request.FrontendInputs.AsReadOnly()), context.CancellationToken, request.SourcePolicies).ConfigureAwait(false);
        if (request.Evaluate) await Task.WhenAll(result.Refs.Values.Select(r => r.SolveAsync(context.CancellationToken))).ConfigureAwait(false);
        return new SolveResponse { Result = GatewayResults.Write(result) };
    }

    public override async Task<ReadFileResponse> ReadFile(ReadFileRequest request, ServerCallContext context)
    {
        var files = await FilesAsync(request.Ref, context).ConfigureAwait(false);
        var (offset, length) = request.Range is { } range ? (range.Offset, range.Length == 0 ? (long?)null : range.Length) : (0L, null);
        return new ReadFileResponse { Data = UnsafeByteOperations.UnsafeWrap(await files.ReadAsync(request.FilePath, offset, length, context.CancellationToken).ConfigureAwait(false)) };
    }

    public override async Task<ReadDirResponse> ReadDir(ReadDirRequest request, ServerCallContext context)
    {
        var files = await FilesAsync(request.Ref, context).ConfigureAwait(false);
        var list = await files.ListAsync(request.DirPath, request.IncludePattern.Length > 0 ? request.IncludePattern : null, context.CancellationToken).ConfigureAwait(false);
        return new ReadDirResponse { Entries = { list.Select(WireStat.Of) } };
    }

    public override async Task<StatFileResponse> StatFile(StatFileRequest request, ServerCallContext context)
    {
        var files = await FilesAsync(request.Ref, context).ConfigureAwait(false);
        return new StatFileResponse { Stat = WireStat.Of(await files.StatAsync(request.Path, context.CancellationToken).ConfigureAwait(false)) };
    }

    public override async Task<EvaluateResponse> Evaluate(EvaluateRequest request, ServerCallContext context)
    {
        await (await FindAsync(context).ConfigureAwait(false)).Find(request.Ref).SolveAsync(context.CancellationToken).ConfigureAwait(false);
        return new EvaluateResponse();
    }

    public override async Task<InputsResponse> Inputs(InputsRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        return new InputsResponse { Definitions = { bridge.Call.Inputs.ToDictionary() } };
    }

    public override async Task<ReturnResponse> Return(ReturnRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        if (request.Error is { } error) bridge.Fail(new RpcException(new Status((StatusCode)error.Code, error.Message), ErrorDetails.Trailers(error)));
        else bridge.Return(bridge.Read(request.Result ?? new Result()));
        return new ReturnResponse();
    }

    public override async Task<ResolveImageConfigResponse> ResolveImageConfig(ResolveImageConfigRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        var wanted = new ResolveSourceMetaRequest { Source = new SourceOp { Identifier = "docker-image://" + request.Ref }, Platform = request.Platform, LogName = request.LogName, SourcePolicies = { request.SourcePolicies } };
        var meta = await new SourceMetadata(bridge).ResolveAsync(wanted, context.CancellationToken).ConfigureAwait(false);
        return new ResolveImageConfigResponse { Digest = meta.Image.Digest, Config = meta.Image.Config, Ref = meta.Source.Identifier["docker-image://".Length..] };
    }

    public override async Task<ResolveSourceMetaResponse> ResolveSourceMeta(ResolveSourceMetaRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        return await new SourceMetadata(bridge).ResolveAsync(request, context.CancellationToken).ConfigureAwait(false);
    }

    public override async Task<WarnResponse> Warn(WarnRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        bridge.Status.Warn(new VertexWarning
        {
            Vertex = request.Digest, Level = request.Level, Short = request.Short, Detail = { request.Detail }, Url = request.Url, Info = request.Info, Ranges = { request.Ranges },
        });
        return new WarnResponse();
    }

    public override async Task<NewContainerResponse> NewContainer(NewContainerRequest request, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        await bridge.Containers.OpenAsync(bridge, request, context.CancellationToken).ConfigureAwait(false);
        return new NewContainerResponse();
    }

    public override async Task<ReleaseContainerResponse> ReleaseContainer(ReleaseContainerRequest request, ServerCallContext context)
    {
        // Who releases it hears, as of BuildKit, that what ran in it did not come to its end.
        if (!await (await FindAsync(context).ConfigureAwait(false)).Containers.ReleaseAsync(request.ContainerID).ConfigureAwait(false))
            throw new RpcException(new Status(StatusCode.Cancelled, "context canceled"));
        return new ReleaseContainerResponse();
    }

    public override async Task ExecProcess(IAsyncStreamReader<ExecMessage> requestStream, IServerStreamWriter<ExecMessage> responseStream, ServerCallContext context) =>
        await new ExecCall(await FindAsync(context).ConfigureAwait(false), requestStream, responseStream).RunAsync(context.CancellationToken).ConfigureAwait(false);

    public override async Task<ReadFileResponse> ReadFileContainer(ReadFileRequest request, ServerCallContext context)
    {
        var container = (await FindAsync(context).ConfigureAwait(false)).Containers.Find(request.Ref);
        var content = await container.ReadFileAsync(
            (int)request.MountIndex, request.FilePath, request.Range?.Offset ?? 0, request.Range is { Length: > 0 } range ? range.Length : null, context.CancellationToken).ConfigureAwait(false);
        return new ReadFileResponse { Data = UnsafeByteOperations.UnsafeWrap(content) };
    }

    public override async Task<ReadDirResponse> ReadDirContainer(ReadDirRequest request, ServerCallContext context)
    {
        var container = (await FindAsync(context).ConfigureAwait(false)).Containers.Find(request.Ref);
        var list = await container.ReadDirectoryAsync((int)request.MountIndex, request.DirPath, request.IncludePattern, context.CancellationToken).ConfigureAwait(false);
        return new ReadDirResponse { Entries = { list.Select(WireStat.Of) } };
    }

    public override async Task<StatFileResponse> StatFileContainer(StatFileRequest request, ServerCallContext context)
    {
        var container = (await FindAsync(context).ConfigureAwait(false)).Containers.Find(request.Ref);
        return new StatFileResponse { Stat = WireStat.Of(await container.StatAsync((int)request.MountIndex, request.Path, context.CancellationToken).ConfigureAwait(false)) };
    }

    // One that nobody obeys would be worse than none.
    private static void RefusePolicies(IReadOnlyCollection<Policy> policies)
    {
        if (policies.Count > 0) throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, "source policies for what another frontend solves are not obeyed: give the policy with the request of the build");
    }

    private async Task<ResultFiles> FilesAsync(string id, ServerCallContext context)
    {
        var bridge = await FindAsync(context).ConfigureAwait(false);
        return await bridge.Find(id).OpenAsync(bridge.Job.OpenFiles, context.CancellationToken).ConfigureAwait(false);
    }

    private async Task<BuildBridge> FindAsync(ServerCallContext context)
    {
        if (StreamConnection.OwnerOf(context.GetHttpContext().Features) is BuildBridge own) return own;
        var id = context.RequestHeaders.GetValue(BuildId) ?? throw new RpcException(new Status(StatusCode.InvalidArgument, "no buildid found in context"));
        return await builds.FindBridgeAsync(id, context.CancellationToken).ConfigureAwait(false);
    }
}
