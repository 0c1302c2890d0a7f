using System.Text.RegularExpressions;

namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>What a person at a terminal sees.</summary>
public sealed partial class TerminalTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task TerminalLogger_ShowsTheImageOnTheProjectsLine()
    {
        var script = RealTool.Find("script");
        _tree.Console("App");

        var run = (await Command.RunAsync(
            script, ["-qec", "dotnet publish App -t:ContainerBuild -tl:on", "/dev/null"], _tree.Root,
            _tree.Environment(("TERM", "xterm-256color"), ("COLUMNS", "300")))).Succeeded();

        var lines = Escape().Replace(run.Output, "").Split(['\n', '\r']).Where(l => l.Contains('→', StringComparison.Ordinal)).ToList();
        Assert.Contains(lines, l => Line().IsMatch(l));
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|\e\][^\a\e]*(\a|\e\\)")]
    private static partial Regex Escape();

    [GeneratedRegex(@"App .*→ \S*App/bin/Release/net10\.0/container/? \(app:latest, sha256:[0-9a-f]{12}, 0 layers reused, 1 new, [0-9.]+ kB\)")]
    private static partial Regex Line();
}
