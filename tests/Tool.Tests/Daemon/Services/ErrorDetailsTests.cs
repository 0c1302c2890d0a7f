using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Tests.Daemon.Frontends;

namespace MsBuildKit.Tool.Tests.Daemon.Services;

public sealed class ErrorDetailsTests
{
    [Fact]
    public void Describe_StepThatFailed_HasBuildKitsWordsAndTheCode()
    {
        var error = new DaemonException("MBK2507", ErrorKind.Unavailable, "around it", new WorkerException("MBK2012", ErrorKind.FailedPrecondition, "ours") { Failure = new StepFailure(["/bin/sh", "-c", "exit 7"], 7, []) });
        var status = ErrorDetails.Describe(error);
        Assert.Equal(((int)StatusCode.Unknown, "process \"/bin/sh -c exit 7\" did not complete successfully: exit code: 7"), (status.Code, status.Message));
        var detail = Assert.Single(status.Details);
        Assert.Equal("github.com/moby/buildkit/gatewayapi.ExitMessage+json", detail.TypeUrl);
        Assert.Equal(7, JsonDocument.Parse(detail.Value.Memory).RootElement.GetProperty("Code").GetInt32());
    }

    [Fact]
    public async Task Describe_AnOperationThatFailed_IsToldByTheRulesOfProtocolBuffers()
    {
        await using var build = new FrontendBuild();
        var result = await build.SolveAsync("FROM scratch\nCOPY nowhere /\n");
        var error = await Assert.ThrowsAsync<GraphFailure>(() => result.Refs[""].SolveAsync(TestContext.Current.CancellationToken));
        var detail = ErrorDetails.Describe(error).Details.Single(d => d.TypeUrl == "github.com/moby/buildkit/errdefs.Solve+json");
        using var json = JsonDocument.Parse(detail.Value.Memory);
        var op = JsonParser.Default.Parse<Op>(json.RootElement.GetProperty("op").GetRawText());
        Assert.Equal(error.Vertex.Op, op);
        Assert.Equal("/nowhere", op.File.Actions[0].Copy.Src);
    }

    [Theory]
    [InlineData(ErrorKind.Invalid, StatusCode.InvalidArgument)]
    [InlineData(ErrorKind.NotFound, StatusCode.NotFound)]
    [InlineData(ErrorKind.Unavailable, StatusCode.Unknown)]
    public void ToRpc_Kinds_AreCodes(ErrorKind kind, StatusCode code)
    {
        var rpc = ErrorDetails.ToRpc(new DaemonException("MBK2507", kind, "what"));
        Assert.Equal((code, "what"), (rpc.StatusCode, rpc.Status.Detail));
        Assert.Equal("what", Google.Rpc.Status.Parser.ParseFrom(rpc.Trailers.GetValueBytes("grpc-status-details-bin")).Message);
    }
}
