using MsBuildKit.Integration.Tests.Tool;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Dockerfiles;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>Builds Dockerfiles by the tool as somebody who is not root, all in one store.</summary>
public class DockerfileBench : IAsyncLifetime
{
    private readonly TempFolder _folder = new("dockerfiles");
    private DockerfileGround? _ground;
    private string _home = "";
    private int _builds;

    public async ValueTask InitializeAsync()
    {
        _ground = await DockerfileGround.StartAsync();
        await AddAsync(_ground);
        _home = await TestUser.MakeFolderAsync(_folder, "home");
        // Files of the ground are read by whoever builds.
        await TestUser.OpenAsync(_ground.Folder.Path);
        await OwnAsync(_ground.Folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        if (_ground is not null) await _ground.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The lines of the image; or none, what was said, and the line at fault, when the build fails.</summary>
    public async Task<BuiltCase> BuildAsync(DockerfileCase test)
    {
        var folder = CaseFolder.Write(test, _ground!, Path.Combine(_home, $"case{Interlocked.Increment(ref _builds)}"));
        await OwnAsync(folder.Path);
        folder.RestoreModes(test);
        var result = await ToolAsync(folder, folder.Dockerfile, "image.tar");
        if (result.ExitCode != 0) return new BuiltCase([], FailedBuild.LineOf(result.Error), result.All);
        var lines = ImageLines.Read(Path.Combine(folder.Path, "image.tar"));
        if (folder.Check is not null)
        {
            (await ToolAsync(folder, folder.Check, "check.tar")).Succeeded();
            lines = ImageLines.WithSaid(lines, Path.Combine(folder.Path, "check.tar"));
        }
        return new BuiltCase(test.Comparable([.. lines.Select(_ground!.Blank)]), null, null);
    }

    /// <summary>Adds to what Dockerfiles can name.</summary>
    protected virtual Task AddAsync(DockerfileGround ground) => Task.CompletedTask;

    private Task<CommandResult> ToolAsync(CaseFolder folder, string dockerfile, string archive) => TestUser.RunAsync(
        [TheTool.Path, "build", "-f", dockerfile, .. folder.Options.SelectMany(o => o.Split(' ', 2)), "-o", $"type=oci,dest={folder.Path}/{archive}", "--progress", "plain", folder.Context],
        folder.Path, new Dictionary<string, string?> { ["MSBUILDKIT_CACHE"] = Path.Combine(_home, "store") });

    private static async Task OwnAsync(string path) => (await Command.RunAsync("chown", ["-R", "--no-dereference", "--reference", Path.GetDirectoryName(path)!, path])).Succeeded();
}
