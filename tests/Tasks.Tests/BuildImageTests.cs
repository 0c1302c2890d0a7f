using Microsoft.Build.Framework;
using MsBuildKit.Engine.Content;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class BuildImageTests : IDisposable
{
    private readonly TaskBench _bench = new();
    private readonly RecordingEngine _engine = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Execute_GoodProject_LeavesTheImageAndTellsOfIt()
    {
        using var task = Create();
        Assert.True(task.Execute());
        Assert.Empty(_engine.Errors);
        var image = Assert.Single(task.Images);
        Assert.Equal("docker.io/library/shop:latest", image.ItemSpec);
        Assert.Equal(task.Digest, image.GetMetadata("Digest"));
        Assert.Equal(task.Digest, (await new ImageLayout(_bench.Folder["out"]).FindImageAsync("latest", default)).Digest.ToString());
        Assert.True(File.Exists(Assert.Single(task.Sboms).ItemSpec) && File.Exists(Assert.Single(task.Provenances).ItemSpec));
        Assert.Contains("\"layers\"", task.Manifest);
        Assert.Contains("\"rootfs\"", task.Configuration);
        Assert.Equal(_bench.Folder["a;b%.tar"], task.ArchivePath);
        Assert.StartsWith($"Shop -> {_bench.Folder["out"]} (shop:latest, sha256:", _engine.Messages.Last(m => m.Importance == MessageImportance.High).Message);
    }

    [Fact]
    public void Execute_Faults_AreErrorsWithCodeAndPlaceAndNothingIsWritten()
    {
        using var task = Create();
        task.ImageTag = "a b";
        task.Ports = [Item("0", ("DefiningProjectFullPath", "/x/Ports.props"))];
        Assert.False(task.Execute());
        Assert.Equal([("MBK1003", _bench.Folder["project/Shop.csproj"]), ("MBK1007", "/x/Ports.props")], _engine.Errors.Select(e => (e.Code, e.File)).Order());
        Assert.False(Directory.Exists(_bench.Folder["out"]));
    }

    [Fact]
    public void Execute_FaultOfTheEngine_IsOneErrorWithItsCode()
    {
        using var task = Create();
        task.Parts = [.. task.Parts, Published(_bench.Folder["project/gone"], "gone")];
        Assert.False(task.Execute());
        Assert.Equal("MBK1801", Assert.Single(_engine.Errors).Code);
    }

    [Fact]
    public void Execute_Braces_AreNoFormat()
    {
        using var task = Create();
        task.ImageTag = "{0}{";
        Assert.False(task.Execute());
        Assert.Contains("'{0}{'", Assert.Single(_engine.Errors).Message);
    }

    [Fact]
    public void Execute_Cancelled_SaysSo()
    {
        using var task = Create();
        task.Cancel();
        Assert.False(task.Execute());
        Assert.Equal("MBK1024", Assert.Single(_engine.Errors).Code);
        Assert.False(File.Exists(_bench.Folder["out/index.json"]));
    }

    [Fact]
    public void Execute_BuilderElsewhereWithoutTheTool_SaysSoAndLeavesNothing()
    {
        using var task = Create();
        (task.Builder, task.BuilderEndpoint, task.ToolAssembly) = ("BuildKit", $"unix://{_bench.Folder["socket"]}", _bench.Folder["absent.dll"]);
        Assert.False(task.Execute());
        Assert.Equal("MBK2612", Assert.Single(_engine.Errors).Code);
        Assert.False(File.Exists(_bench.Folder["out/index.json"]));
    }

    [Fact]
    public void Execute_OtherEndpointWhereThisProcessBuilds_ChangesNothing()
    {
        foreach (var endpoint in new[] { "", "unix:///a" })
        {
            using var task = Create();
            (task.BuilderEndpoint, task.StateFile) = (endpoint, _bench.Folder["obj/state"]);
            Assert.True(task.Execute());
        }
        Assert.EndsWith(", nothing changed)", _engine.Messages.Last(m => m.Importance == MessageImportance.High).Message);
    }

    private BuildImage Create() => new()
    {
        BuildEngine = _engine,
        ProjectFile = _bench.Folder["project/Shop.csproj"],
        ProjectName = "Shop",
        ProjectDirectory = _bench.Project,
        OutputDirectory = _bench.Folder["out"],
        CacheDirectory = _bench.Folder["cache"],
        Repository = "shop",
        ArchiveOutputPath = _bench.Folder["a;b%.tar"],
        Parts = [.. _bench.Parts],
    };
}
