using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Protocol.Exporters;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

/// <summary>Exporters that a client names when it has seen the result.</summary>
public sealed class SessionExportsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_WhatTheClientWants_IsMadeOfIt()
    {
        var exporter = new FakeExporter { Found = { new ExporterRequest { Type = "image", Attrs = { ["name"] = "a" } } } };
        await using var client = await FakeClient.StartAsync(exporter);
        var exports = new SessionExports(client.Session);
        Assert.IsType<ImageExport>(Assert.Single(await exports.FindAsync(new FrontendResult(), 1, Token)));
        await exports.CompleteAsync(new Dictionary<string, string> { ["image.name"] = "a" }, Token);
        Assert.Equal("a", exporter.Told!["image.name"]);
    }

    [Theory]
    [InlineData(StatusCode.Unimplemented, false)]
    [InlineData(StatusCode.Unavailable, false)]
    [InlineData(StatusCode.Unknown, true)]
    public async Task FindAndComplete_AClientThatSaysNo_MayMeanNone(StatusCode code, bool fails)
    {
        await using var client = await FakeClient.StartAsync(new FakeExporter { Error = code });
        var exports = new SessionExports(client.Session);
        if (!fails)
        {
            Assert.Empty(await exports.FindAsync(new FrontendResult(), 0, Token));
            await exports.CompleteAsync(new Dictionary<string, string>(), Token);
            return;
        }
        await Assert.ThrowsAnyAsync<BuildException>(() => exports.FindAsync(new FrontendResult(), 0, Token));
        await Assert.ThrowsAnyAsync<BuildException>(() => exports.CompleteAsync(new Dictionary<string, string>(), Token));
    }

    private sealed class FakeExporter : Exporter.ExporterBase
    {
        public List<ExporterRequest> Found { get; } = [];

        public StatusCode? Error { get; init; }

        public IDictionary<string, string>? Told { get; private set; }

        public override Task<FindExportersResponse> FindExporters(FindExportersRequest request, ServerCallContext context) =>
            Error is { } code ? throw new RpcException(new Status(code, "no")) : Task.FromResult(new FindExportersResponse { Exporters = { Found } });

        public override Task<FinalizeExportResponse> FinalizeExport(FinalizeExportRequest request, ServerCallContext context)
        {
            if (Error is { } code) throw new RpcException(new Status(code, "no"));
            Told = request.ExporterResponse;
            return Task.FromResult(new FinalizeExportResponse());
        }
    }
}
