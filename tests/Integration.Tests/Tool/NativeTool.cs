using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary><see cref="TheTool"/> with a worker of machine code, as those have it who publish the tool. It is made when a test first wants it.</summary>
public sealed class NativeTool : IDisposable
{
    private readonly TempFolder _folder = new("native");
    private readonly Lazy<Task<string>> _path;

    public NativeTool() => _path = new Lazy<Task<string>>(MakeAsync);

    public void Dispose() => _folder.Dispose();

    /// <summary>The tool's program.</summary>
    public Task<string> FindAsync() => _path.Value;

    // In folders of its own: others build the same projects meanwhile.
    private async Task<string> MakeAsync()
    {
        var tool = await TestUser.MakeFolderAsync(_folder, "tool");
        (await Command.RunAsync("cp", ["-r", Path.GetDirectoryName(TheTool.Path) + "/.", tool])).Succeeded();
        (await Command.RunAsync(
            "dotnet",
            ["publish", Path.Combine(TheTool.Root, "src/Worker"), "-c", "Release", "--use-current-runtime", "-p:MsBuildKitNativeWorker=true", "--artifacts-path", _folder["artifacts"], "-o", _folder["worker"], "-nologo"],
            timeout: TimeSpan.FromMinutes(10))).Succeeded();
        File.Copy(_folder["worker/msbuildkit-worker"], Path.Combine(tool, "msbuildkit-worker"));
        await TestUser.OpenAsync(tool);
        return Path.Combine(tool, "msbuildkit");
    }
}
