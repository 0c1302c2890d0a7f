using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Gateway;
using Ops = MsBuildKit.Engine.Llb.Pb;

namespace Partsfile;

/// <summary>Whoever builds, as a frontend sees it: BuildKit's <c>LLBBridge</c> over standard input and output.</summary>
internal sealed class Builder : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly LLBBridge.LLBBridgeClient _bridge;

    public Builder(Stream input, Stream output)
    {
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = (_, _) => new(new StandardStreams(input, output)) },
            DisposeHttpClient = true,
        });
        _bridge = new LLBBridge.LLBBridgeClient(_channel);
    }

    /// <summary>A file that the client lends beside its context.</summary>
    public async Task<string> ReadTextAsync(string file)
    {
        var folder = LlbState.Local("dockerfile", new LocalSourceOptions { FollowPaths = [file], SharedKeyHint = "dockerfile", SendAll = true }, $"load {file}");
        var solved = await _bridge.SolveAsync(new SolveRequest { Definition = LlbMarshaller.Marshal(folder), AllowResultReturn = true, AllowResultArrayRef = true });
        try
        {
            return (await _bridge.ReadFileAsync(new ReadFileRequest { Ref = solved.Result.Ref.Id, FilePath = file })).Data.ToStringUtf8();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unknown)
        {
            throw new PartException($"there is no {file}: {e.Status.Detail}");
        }
    }

    /// <summary>An image of a registry, by its digest, with what it says of itself.</summary>
    public async Task<(LlbState Files, ImageConfig Config)> FindImageAsync(string name, string title)
    {
        var reference = ImageReference.Parse(name);
        var found = await _bridge.ResolveImageConfigAsync(new ResolveImageConfigRequest { Ref = reference.ToString(), Platform = new Ops.Platform { OS = "linux", Architecture = "amd64" }, LogName = $"look up {reference}" });
        return (LlbState.Image(reference.WithDigest(Digest.Parse(found.Digest)).ToString(), Platform.LinuxAmd64, title), ImageConfig.Parse(found.Config.Memory));
    }

    /// <summary>The build goes on with an image.</summary>
    public async Task ReturnAsync(PlannedImage image)
    {
        var definition = LlbMarshaller.MarshalOrNull(image.Files) ?? new Ops.Definition();
        var solved = await _bridge.SolveAsync(new SolveRequest { Definition = definition, AllowResultReturn = true, AllowResultArrayRef = true });
        solved.Result.Metadata["containerimage.config"] = ByteString.CopyFrom(OciJson.Write(image.Config));
        await _bridge.ReturnAsync(new ReturnRequest { Result = solved.Result });
    }

    /// <summary>The build has failed, and this is why.</summary>
    public async Task FailAsync(string why) =>
        await _bridge.ReturnAsync(new ReturnRequest { Error = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Message = why } });

    public void Dispose() => _channel.Dispose();
}
