using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.TestKit;

namespace MsBuildKit.Tasks.Tests;

public sealed class AssetEndpointsTests : IDisposable
{
    private const string Name = "Shop.staticwebassets.endpoints.json";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Settle_TwoTimes_GiveTheSameFileAtTheSamePlace()
    {
        var first = Settle(Document("Wed, 25 Nov 2026 03:50:01 GMT"));
        var text = File.ReadAllText(first.ItemSpec);
        var stamp = File.GetLastWriteTimeUtc(first.ItemSpec);
        var second = Settle(Document("Wed, 01 Jan 2020 00:00:00 GMT"));

        Assert.Equal(text, File.ReadAllText(second.ItemSpec));
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(second.ItemSpec));
        Assert.Contains("Tue, 14 Nov 2023 22:13:20 GMT", text);
        Assert.Contains("\"ETag\",\"Value\":\"\\\"x=\\\"\"", text);
        Assert.Equal(("File", Name), (second.GetMetadata("Kind"), second.GetMetadata("RelativePath")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"Endpoints\":null}")]
    [InlineData("{\"Endpoints\":[null,{}]}")]
    [InlineData("{\"Endpoints\":7}")]
    [InlineData("{\"Endpoints\":[{\"ResponseHeaders\":[{\"Name\":7}]}]}")]
    public void Settle_WhatIsNoSuchDocument_IsLeftToBePublished(string document) => Assert.True(File.Exists(Settle(document).ItemSpec));

    private static string Document(string time) =>
        $$"""{"Version":1,"Endpoints":[{"Route":"a.txt","ResponseHeaders":[{"Name":"ETag","Value":"\"x=\""},{"Name":"Last-Modified","Value":"{{time}}"}]}]}""";

    private ITaskItem Settle(string document)
    {
        var file = new TaskItem(_folder.Write("publish/" + Name, document), new Dictionary<string, string> { ["Kind"] = "Written", ["RuntimeIdentifier"] = "linux-x64" });
        var image = new TaskItem("linux-x64", new Dictionary<string, string> { ["Kind"] = "Image", ["PublishDirectory"] = _folder["publish/"] });
        return new AssetEndpoints(_folder["state"], 1700000000).Settle([image, file])[1];
    }
}
