using MsBuildKit.TestKit;
using MsBuildKit.Tool.Commands;

namespace MsBuildKit.Tool.Tests.Commands;

public sealed class ToolCommandTests : IDisposable
{
    private readonly TempFolder _folder = new("tool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ErrorThatNobodyForesaw_IsOneLine()
    {
        var host = TestHost.Create(_folder.Path);
        Assert.Equal(ExitCodes.Failed, await ToolCommand.RunAsync(host, ["build", "--progress", "plain", "."]));
        Assert.Equal(
            "error MBK2304: The command failed in a way that nobody foresaw: There are no services here. Run it again with MSBUILDKIT_DETAILS=1, and please report what it says.\n",
            host.Error.ToString());
    }

    [Fact]
    public async Task Run_ErrorThatNobodyForesaw_HasItsDetailsForWhoAsks()
    {
        var host = TestHost.Create(_folder.Path, ("MSBUILDKIT_DETAILS", "1"));
        Assert.Equal(ExitCodes.Failed, await ToolCommand.RunAsync(host, ["build", "--progress", "plain", "."]));
        Assert.Contains("InvalidOperationException", host.Error.ToString()!, StringComparison.Ordinal);
    }
}
