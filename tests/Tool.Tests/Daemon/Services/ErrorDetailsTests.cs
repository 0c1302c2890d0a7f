using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Solving;
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

    [Fact]
    public async Task Describe_AnOperationThatLeftTrees_HasTheirIds()
    {
        await using var build = new FrontendBuild();
        var result = (await build.SolveAsync("FROM scratch\nCOPY nowhere /\n")).Refs[""];
        var error = await Assert.ThrowsAsync<GraphFailure>(() => result.SolveAsync(TestContext.Current.CancellationToken));
        var refs = new FailedRefs(new FailedTrees([], []) { Action = 1 }, ["in"], ["", "left"]);
        var told = new GraphFailure((SolveException)error.InnerException!, result.Graph!) { Refs = refs };
        using var json = JsonDocument.Parse(ErrorDetails.Describe(told).Details.Single(d => d.TypeUrl == "github.com/moby/buildkit/errdefs.Solve+json").Value.Memory);
        Assert.Equal(["in"], json.RootElement.GetProperty("inputIDs").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal(["", "left"], json.RootElement.GetProperty("mountIDs").EnumerateArray().Select(i => i.GetString()));
        Assert.Equal(1, json.RootElement.GetProperty("file").GetProperty("index").GetInt32());
        Assert.False(json.RootElement.TryGetProperty("cache", out _));
    }

    [Fact]
    public void OfRecord_Error_SaysWhereItCameUp()
    {
        var error = Assert.Throws<DaemonException>(Throw);
        using var json = JsonDocument.Parse(ErrorDetails.OfRecord(error).Details.Single(d => d.TypeUrl == "github.com/moby/buildkit/stack.Stack+json").Value.Memory);
        var frame = json.RootElement.GetProperty("frames")[0];
        Assert.Contains(nameof(Throw), frame.GetProperty("Name").GetString(), StringComparison.Ordinal);
        Assert.Equal("ErrorDetailsTests.cs", frame.GetProperty("File").GetString());
        Assert.Empty(ErrorDetails.Describe(error).Details);

        static void Throw() => throw new DaemonException("MBK2507", ErrorKind.Invalid, "what");
    }

    [Fact]
    public void OfRecord_WhatAClientsFrontendSays_IsKeptWhole()
    {
        var said = new Google.Rpc.Status { Code = 2, Message = "no", Details = { new Google.Protobuf.WellKnownTypes.Any { TypeUrl = "t" } } };
        Assert.Equal(said, ErrorDetails.OfRecord(new RpcException(new Status(StatusCode.Unknown, "no"), ErrorDetails.Trailers(said))));
        Assert.Equal("only words", ErrorDetails.OfRecord(new RpcException(new Status(StatusCode.Unknown, "only words"))).Message);
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
