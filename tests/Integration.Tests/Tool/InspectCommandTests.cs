using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

public sealed class InspectCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string _digest = "";

    public async ValueTask InitializeAsync()
    {
        await using var store = new LocalContentStore(_folder["store"]);
        var image = await new SampleImage(store).WriteLayoutAsync(_folder["layout"]);
        _digest = image.Root.Digest.ToString();
        await new SampleImage(store).WriteDockerArchiveAsync(_folder["app.tar"]);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Inspect_Layout_ShowsWhatAPersonWantsToKnow()
    {
        var text = (await TheTool.RunAsync(_folder.Path, "inspect", "layout")).Succeeded().Output;
        Assert.StartsWith("registry.example/team/app:1.0\nregistry.example/team/app:latest\n", text);
        string[] lines =
        [
            $"digest +{_digest}", "linux/amd64", "created +1970-01-01T00:16:40Z", "user +1654", "workdir +/app", "entrypoint +dotnet /app/app.dll",
            "ports +8080/tcp", "env +A=1", "PATH=/bin", "size +7[0-9.]+ kB in 2 layers", "1 +sha256:[0-9a-f]{12} +3[.0-9]+ kB +from a base",
            "2 +sha256:[0-9a-f]{12} +7[.0-9]+ kB +copy the application", "sha256:[0-9a-f]{12} +[0-9]+ B +https://spdx.dev/Document", "sha256:[0-9a-f]{12} +[0-9]+ B +https://slsa.dev/provenance/v1",
        ];
        Assert.All(lines, line => Assert.Matches($"(?m)^ *{line}$", text));
    }

    [Fact]
    public async Task Inspect_HostileLabel_CannotWriteToTheTerminal()
    {
        var text = (await TheTool.RunAsync(_folder.Path, "inspect", "layout")).Succeeded().Output;
        Assert.Contains("org.example.evil=\ufffd]0;title\ufffd", text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public async Task Inspect_Json_IsWhatTheDocumentsSay()
    {
        using var json = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "inspect", "layout", "--format", "json")).Succeeded().Output);
        var image = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(_digest, image.GetProperty("digest").GetString());
        var platform = Assert.Single(image.GetProperty("platforms").EnumerateArray());
        Assert.Equal("linux/amd64", platform.GetProperty("platform").GetString());
        Assert.Equal("1654", platform.GetProperty("config").GetProperty("User").GetString());
        Assert.Equal(["from a base", "copy the application"], platform.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("createdBy").GetString()));
        Assert.Equal(2, platform.GetProperty("attestations").GetArrayLength());
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("1.0")]
    [InlineData("registry.example/team/app:1.0")]
    public async Task Inspect_Raw_IsTheDocumentByteForByte(string tag)
    {
        var raw = (await TheTool.RunAsync(_folder.Path, "inspect", "layout", "--raw", "--tag", tag)).Succeeded().Output;
        Assert.Equal(await File.ReadAllTextAsync(_folder[$"layout/blobs/sha256/{_digest[7..]}"]), raw);
    }

    [Fact]
    public async Task Inspect_TagThatIsNotThere_NamesThoseThatAre()
    {
        var result = await TheTool.RunAsync(_folder.Path, "inspect", "layout", "--tag", "2.0");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("error MBK1202: ", result.Error);
        Assert.Contains("1.0, latest", result.Error);
    }

    [Fact]
    public async Task Inspect_DockerArchive_AgreesWithSkopeo()
    {
        var foreign = (await Command.RunAsync(RealTool.Find("skopeo"), ["inspect", $"docker-archive:{_folder["app.tar"]}"])).Succeeded();
        using var theirs = JsonDocument.Parse(foreign.Output);
        using var ours = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "inspect", "app.tar", "--json")).Succeeded().Output);
        var platform = Assert.Single(ours.RootElement[0].GetProperty("platforms").EnumerateArray());
        Assert.Equal(theirs.RootElement.GetProperty("Layers").EnumerateArray().Select(l => l.GetString()), platform.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("diffId").GetString()));
        Assert.Equal(theirs.RootElement.GetProperty("Created").GetString(), platform.GetProperty("created").GetString());
        Assert.Equal("registry.example/team/app:1.0", ours.RootElement[0].GetProperty("names")[0].GetString());
    }

    [Fact]
    public async Task Inspect_ArchiveThatSkopeoMade_IsTheSameImage()
    {
        (await Command.RunAsync(RealTool.Find("skopeo"), ["copy", "-q", $"oci:{_folder["layout"]}:1.0", $"docker-archive:{_folder["saved.tar"]}:other/name:2"])).Succeeded();
        using var ours = JsonDocument.Parse((await TheTool.RunAsync(_folder.Path, "inspect", "saved.tar", "--json", "--tag", "2")).Succeeded().Output);
        Assert.EndsWith("other/name:2", ours.RootElement[0].GetProperty("names")[0].GetString());
        Assert.Equal(2, ours.RootElement[0].GetProperty("platforms")[0].GetProperty("layers").GetArrayLength());
        (await TheTool.RunAsync(_folder.Path, "verify", "saved.tar")).Succeeded();
    }

    [Theory]
    [InlineData("layout", 9)]
    [InlineData("app.tar", 4)]
    public async Task Verify_WholeImage_IsClean(string path, int blobs)
    {
        var result = (await TheTool.RunAsync(_folder.Path, "verify", path)).Succeeded();
        Assert.StartsWith($"Checked 1 image, {blobs} blobs of 7", result.Output);
        Assert.EndsWith(": all well.\n", result.Output);
    }

    [Fact]
    public async Task Verify_LayoutWithALayerMissing_SaysWhichAndFails()
    {
        var layer = Directory.GetFiles(_folder["layout/blobs/sha256"]).MaxBy(f => new FileInfo(f).Length)!;
        File.Delete(layer);
        var result = await TheTool.RunAsync(_folder.Path, "verify", "layout");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"layer 2: 'sha256:{Path.GetFileName(layer)}' is not there", result.Output);
    }
}
