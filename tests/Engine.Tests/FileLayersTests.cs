using System.Text;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Exporters;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests;

public sealed class FileLayersTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Tell_Files_NamesTheLayerThatHasThemLast()
    {
        var below = await WriteLayerAsync(_bench.Store, FileEntry("a", "1"), FileEntry(".b", "1"));
        var above = await WriteLayerAsync(_bench.Store, FileEntry("a", "2"));
        var told = await TellAsync("""{"spdxVersion":"SPDX-2.3","files":[{"fileName":"/a"},{"fileName":"./.b"},{"fileName":"gone"},{"fileName":"/a","comment":"kept"}],"creationInfo":{"creators":["Tool: scan"]}}""", below, above);
        Assert.Equal([$"layerID: {above.Blob.Digest}", $"layerID: {below.Blob.Digest}", null, "kept"], told["files"]!.AsArray().Select(f => f!["comment"]?.GetValue<string>()));
        Assert.Equal(["Tool: scan"], told["creationInfo"]!["creators"]!.AsArray().Select(c => c!.GetValue<string>()).Take(1));
        Assert.StartsWith("Tool: MsBuildKit-", told["creationInfo"]!["creators"]![1]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"no SPDX","files":[{"fileName":"/a"}]}""")]
    [InlineData("""{"spdxVersion":"SPDX-2.3"}""")]
    [InlineData("""{"spdxVersion":7,"files":7}""")]
    [InlineData("[]")]
    public async Task Tell_WhatHasNoFiles_StaysAsItIs(string document)
    {
        var layer = await WriteLayerAsync(_bench.Store, FileEntry("a", "1"));
        Assert.Equal(document, (await TellAsync(document, layer)).ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private async Task<JsonNode> TellAsync(string document, params Layer[] layers) =>
        JsonNode.Parse((await new FileLayers(_bench.Store, _bench.Layers).TellAsync(new Predicate(SpdxDocument.PredicateType, Encoding.UTF8.GetBytes(document)), new LayerChain(layers), default)).Json)!;
}
