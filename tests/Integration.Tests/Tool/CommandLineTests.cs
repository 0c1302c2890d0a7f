using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

public sealed class CommandLineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    public async Task Help_OfTheTool_NamesEveryCommandWithExamples(string argument)
    {
        var help = (await TheTool.RunAsync(_folder.Path, argument.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Succeeded().Output;
        Assert.All(["build", "inspect", "du", "prune", "verify", "doctor", "debug", "--store", "Examples:", "Exit codes:"], word => Assert.Contains(word, help));
    }

    [Theory]
    [InlineData("build", "--file", "--tag", "--output", "--secret", "--ssh", "--platform", "--progress", "--check", "--store")]
    [InlineData("inspect", "--tag", "--raw", "--json", "--store")]
    [InlineData("du", "--verbose", "--json", "--store")]
    [InlineData("prune", "--keep-storage", "--min-free", "--older-than", "--all", "--dry-run", "--store")]
    [InlineData("verify", "--repair", "--store")]
    [InlineData("doctor", "--self-test", "--json", "--store")]
    [InlineData("debug list", "--json", "--store")]
    [InlineData("debug enter", "<id>", "<command>", "--store")]
    [InlineData("debug remove", "<id>", "--store")]
    [InlineData("debug dump-llb", "--dot")]
    public async Task Help_OfACommand_NamesItsOptions(string command, params string[] options)
    {
        var help = (await TheTool.RunAsync(_folder.Path, [.. command.Split(' '), "--help"])).Succeeded().Output;
        Assert.All(options, option => Assert.Contains(option, help));
    }

    [Theory]
    [InlineData("frobnicate", "'frobnicate'", "See 'msbuildkit --help'.")]
    [InlineData("build --cache-to x .", "--cache-to: it is not offered", "See 'msbuildkit build --help'.")]
    [InlineData("build --builder x .", "'x' is no address of a builder", "See 'msbuildkit build --help'.")]
    [InlineData("build", "argument missing", "See 'msbuildkit build --help'.")]
    [InlineData("du --frob", "'--frob'", "See 'msbuildkit du --help'.")]
    [InlineData("prune --keep-storage many", "'many' is no size", "See 'msbuildkit prune --help'.")]
    [InlineData("prune --older-than 7", "'7' is no span of time", "See 'msbuildkit prune --help'.")]
    [InlineData("verify x --repair", "--repair works on the store only", "See 'msbuildkit verify --help'.")]
    [InlineData("debug", "command", "See 'msbuildkit debug --help'.")]
    public async Task Use_Wrong_SaysWhatAndWhereToLook(string line, string what, string where)
    {
        var result = await TheTool.RunAsync(_folder.Path, line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(what, result.Error);
        Assert.Contains(where, result.Error);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("build .", "MBK2301")]
    [InlineData("inspect nowhere", "MBK2401")]
    [InlineData("verify nowhere", "MBK2401")]
    [InlineData("inspect .", "MBK2401")]
    [InlineData("du --store .", "MBK1206")]
    [InlineData("prune --all --store .", "MBK1206")]
    [InlineData("verify --store .", "MBK1206")]
    [InlineData("inspect text", "MBK1204")]
    [InlineData("debug dump-llb text", "MBK2402")]
    [InlineData("debug enter ../../etc --store .", "MBK2020")]
    [InlineData("debug remove 88d9cde9 --store .", "MBK2020")]
    [InlineData("debug dump-llb nowhere", "MBK2402")]
    public async Task Use_OfWhatIsNotThatKind_IsAnErrorWithItsCode(string line, string code)
    {
        _folder.Write("text", "this is neither an archive nor a graph");
        var result = await TheTool.RunAsync(_folder.Path, line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"error {code}: ", result.Error);
        Assert.Empty(result.Output);
        Assert.True(File.Exists(_folder["text"]));
    }

    [Theory]
    [InlineData("du")]
    [InlineData("prune")]
    [InlineData("verify")]
    [InlineData("inspect")]
    public async Task Use_OfAStoreThatIsNotThereYet_IsNoErrorAndMakesNone(string command)
    {
        (await TheTool.RunAsync(_folder.Path, command)).Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }
}
