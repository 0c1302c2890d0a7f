using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>The tests of containers once more, by a user who is not root.</summary>
public sealed class ContainerUserTests
{
    [Fact]
    public async Task ContainerWorkerTests_AsAnOrdinaryUser_Pass()
    {
        using var folder = new TempFolder();
        var home = await TestUser.MakeFolderAsync(folder, "home");
        var program = Path.ChangeExtension(typeof(ContainerUserTests).Assembly.Location, null);
        var result = await TestUser.RunAsync(["env", $"TMPDIR={home}", program, "-noLogo", "-noColor", "-class", typeof(ContainerWorkerTests).FullName!], home);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("Failed: 0, Skipped: 0", result.Output, StringComparison.Ordinal);
    }
}
