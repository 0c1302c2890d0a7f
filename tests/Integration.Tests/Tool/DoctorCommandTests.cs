using System.Text.Json;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>doctor on this machine: as its users, and as one shut up in a sandbox. What it says of machines that lack something, its unit tests
/// have.</summary>
public sealed class DoctorCommandTests(NativeTool native) : IDisposable
{
    private const int Fewest = 150;

    private readonly TempFolder _folder = new("doctor");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SelfTest_AsAnOrdinaryUser_HoldsThroughout() => AssertHolds(await RunAsync(false, TestUser.Wrap, "doctor", "--self-test", "--json"));

    [Fact]
    public async Task SelfTest_WorkerOfMachineCode_HoldsThroughout() => AssertHolds(await RunAsync(await native.FindAsync(), false, TestUser.Wrap, "doctor", "--self-test", "--json"));

    [Fact]
    public async Task SelfTest_AsRoot_HoldsThroughout()
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can be root.");
        AssertHolds(await RunAsync(true, line => [.. line], "doctor", "--self-test", "--json"));
    }

    [Fact]
    public async Task SelfTest_AsRootInBubblewrap_HoldsThroughout()
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can be root.");
        AssertHolds(await RunAsync(true, line => [RealTool.Find("bwrap"), "--unshare-ipc", "--unshare-uts", "--dev-bind", "/", "/", .. line], "doctor", "--self-test", "--json"));
    }

    [Theory]
    [InlineData("", "overlayfs, on ", null)]
    [InlineData("mkdir l u w store && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w store &&", "fuse-overlayfs, on overlay", "overlayfs")]
    public async Task Doctor_WhereTheStoreIs_NamesHowTreesAreHad(string setup, string expected, string? refused)
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can mount the overlay that the store is to be on.");
        var home = Directory.CreateDirectory(_folder["home"]).FullName;
        using var json = JsonDocument.Parse((await Command.RunAsync(RealTool.Find("unshare"), ["--mount", "/bin/sh", "-c", $"{setup} exec {TheTool.Path} doctor --json --store {home}/store"], home)).Succeeded().Output);
        var checks = json.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.StartsWith(expected, checks["trees of steps"].GetProperty("text").GetString());
        Assert.Equal(refused is not null, checks.TryGetValue("overlayfs", out var better));
        if (refused is not null) Assert.Equal("note", better.GetProperty("result").GetString());
    }

    // bubblewrap gives an ordinary user one id, and takes from set-user programs what they could give more with.
    [Fact]
    public async Task SelfTest_AsAnOrdinaryUserInBubblewrap_NamesWhatCannotBeProvenAndWhy()
    {
        var result = await RunAsync(false, line => TestUser.Wrap([RealTool.Find("bwrap"), "--unshare-all", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", .. line]), "doctor", "--self-test", "--json");
        Assert.Equal(1, result.ExitCode);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal("none", json.RootElement.GetProperty("steps").GetString());
        var missing = json.RootElement.GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("result").GetString() == "missing").ToDictionary(c => c.GetProperty("name").GetString()!);
        Assert.Equal(["newuidmap", "newgidmap", "subuid", "subgid"], missing.Keys);
        Assert.All(missing.Values, c => Assert.NotEmpty(c.GetProperty("remedy").GetString()!));
        var assertions = json.RootElement.GetProperty("selfTest").EnumerateArray().ToList();
        Assert.InRange(assertions.Count, Fewest, 1000);
        Assert.All(assertions, a => Assert.Equal("unproven", a.GetProperty("result").GetString()));
        Assert.All(assertions, a => Assert.Contains("no_new_privs", a.GetProperty("text").GetString()!));
    }

    [Fact]
    public async Task Doctor_NoProgramsOnThePath_SaysThatBuildsWithoutStepsWork()
    {
        var result = await Command.RunAsync(TheTool.Path, ["doctor", "--store", _folder["store"]], environment: new Dictionary<string, string?> { ["PATH"] = _folder.Path });
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^missing unshare +it is not on the PATH$", result.Output);
        Assert.Contains("-> Install the package 'util-linux'.", result.Output);
        Assert.EndsWith("Steps cannot run here. Builds without steps can: that is a supported way to use this machine.\n", result.Output);
        Assert.False(Directory.Exists(_folder["store"]));
    }

    private Task<CommandResult> RunAsync(bool asRoot, Func<IEnumerable<string>, IReadOnlyList<string>> wrap, params string[] arguments) => RunAsync(TheTool.Path, asRoot, wrap, arguments);

    private async Task<CommandResult> RunAsync(string tool, bool asRoot, Func<IEnumerable<string>, IReadOnlyList<string>> wrap, params string[] arguments)
    {
        var home = asRoot ? Directory.CreateDirectory(_folder["home"]).FullName : await TestUser.MakeFolderAsync(_folder, "home");
        var line = wrap([tool, .. arguments, "--store", Path.Combine(home, "store")]);
        return await Command.RunAsync(line[0], line.Skip(1), home);
    }

    private static void AssertHolds(CommandResult result)
    {
        using var json = JsonDocument.Parse(result.Succeeded().Output);
        Assert.Equal("all", json.RootElement.GetProperty("steps").GetString());
        var assertions = json.RootElement.GetProperty("selfTest").EnumerateArray().Select(a => (Name: a.GetProperty("name").GetString(), Result: a.GetProperty("result").GetString())).ToList();
        Assert.InRange(assertions.Count, Fewest, 1000);
        Assert.All(assertions, a => Assert.Equal("holds", a.Result));
        Assert.Contains(json.RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("name").GetString() == "worker" && c.GetProperty("text").GetString()!.EndsWith(" ms", StringComparison.Ordinal));
    }
}
