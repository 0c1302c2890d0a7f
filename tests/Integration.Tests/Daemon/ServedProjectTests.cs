using System.Diagnostics;
using System.Text;
using MsBuildKit.Integration.Tests.Tool;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Projects;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Daemon;

/// <summary>Projects whose steps run in a daemon: <c>ContainerBuilder=BuildKit</c>.</summary>
public sealed class ServedProjectTests : IAsyncLifetime
{
    private const string Canary = "canary-51f0";

    private const string Items = """
        <ContainerSecret Include="token" File="token" />
        <ContainerContext Include="tools" Source="tools" />
        <ContainerFile Include="note" TargetPath="/etc/note" Mode="0600" />
        <ContainerRun Include="early" Command="wc -c &lt; /run/secrets/token &gt; /early; cat /tools/t &gt;&gt; /early; echo printed" Network="none" Secrets="token,required" BindMounts="target=/tools,from=tools" CacheMounts="/own" TmpfsMounts="/tmp" />
        <ContainerRun Include="late" Command="ls /app &gt; /late" Network="none" Stage="App" />
        """;

    private readonly TempFolder _folder = new("served-project");
    private readonly List<Process> _daemons = [];
    private string _home = "";

    public async ValueTask InitializeAsync()
    {
        _home = await TestUser.MakeFolderAsync(_folder, "home");
        StepProject.WriteBase(_home, ["sh", "cat", "ls", "sleep", "wc"], tar => tar.File("etc/passwd", "root:x:0:0::/:/bin/sh\n").File("etc/group", "root:x:0:\n"));
        foreach (var (file, text) in new[] { ("token", Canary), ("note", "noted"), ("tools/t", "tool\n") }) _folder.Write("home/" + file, text);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
        {
            if (!daemon.HasExited) await Command.RunAsync("kill", ["-INT", $"{daemon.Id}"]);
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }
        _folder.Dispose();
    }

    [Fact]
    public async Task Publish_AtADaemon_IsTheSameImageAndNeedsNothingOfThisMachine()
    {
        await WriteAsync(Items);
        var socket = await StartAsync("one");
        // Whoever ran a step here would look for the runtime.
        var remote = (await PublishAsync("remote", "-p:ContainerBuilder=BuildKit", $"-p:ContainerBuilderEndpoint=unix://{_home}/absent%2Cunix://{socket}", "-p:ContainerRuntime=/absent/runtime")).Succeeded();
        Assert.Contains("printed", remote.Output);
        (await PublishAsync("local")).Succeeded();
        Assert.Equal(new LayoutView(Path.Combine(_home, "local")).Digest, new LayoutView(Path.Combine(_home, "remote")).Digest);
        var files = new LayoutView(Path.Combine(_home, "remote")).Image().Files;
        Assert.Equal("0600", files["/etc/note"].Mode);
        Assert.Contains("/early", files.Keys);
        Assert.Equal(1, (await Command.RunAsync("grep", ["-rqa", Canary, Path.Combine(_home, "remote"), Path.Combine(_home, "one"), Path.Combine(_home, "obj")])).ExitCode);
    }

    [Fact]
    public async Task Publish_Unchanged_IsUpToDateUntilTheBuilderIsAnother()
    {
        await WriteAsync(Items);
        var environment = ("BUILDKIT_HOST", "unix://" + await StartAsync("one"));
        const string elsewhere = "-p:ContainerBuilder=BuildKit";
        Assert.DoesNotContain("nothing changed", (await PublishAsync("out", environment, elsewhere)).Succeeded().Output);
        Assert.Contains("nothing changed", (await PublishAsync("out", environment, elsewhere)).Succeeded().Output);
        Assert.Contains("error MBK2601: No builder is left", (await PublishAsync("out", ("BUILDKIT_HOST", $"unix://{_home}/absent"), elsewhere)).Failed().Output);
        Assert.DoesNotContain("nothing changed", (await PublishAsync("out", environment)).Succeeded().Output);
        Assert.Contains("nothing changed", (await PublishAsync("out", ("BUILDKIT_HOST", "nonsense"))).Succeeded().Output);
    }

    [Fact]
    public async Task Publish_DaemonIsKilledInTheMiddle_TheNextGoesOnAndThenThereIsNone()
    {
        await WriteAsync("""<ContainerRun Include="slow" Command="echo be''gun; sleep 4; echo ended" Network="none" />""");
        var endpoints = $"unix://{await StartAsync("one")};unix://{await StartAsync("two")}".Replace(";", "%3B", StringComparison.Ordinal);
        var (first, said) = Begin("out", "-p:ContainerBuilder=BuildKit", $"-p:ContainerBuilderEndpoint={endpoints}");
        await HearAsync(first, said, "begun");
        _daemons.Single(d => Below(d.Id).Any(IsTheSlowStep)).Kill();
        Assert.Contains("warning MBK2601: The builder 'unix://", await EndAsync(first, said, 0));
        Assert.Equal(2, said.ToString().Split("begun").Length - 1);

        await WriteAsync("""<ContainerRun Include="slow" Command="echo be''gun; sleep 400; echo ended" Network="none" />""");
        var (second, more) = Begin("out", "-p:ContainerBuilder=BuildKit", $"-p:ContainerBuilderEndpoint={endpoints}");
        await HearAsync(second, more, "begun");
        foreach (var daemon in _daemons.Where(d => !d.HasExited)) daemon.Kill();
        Assert.Contains("error MBK2601: No builder is left.", await EndAsync(second, more, 1));
    }

    [Fact]
    public async Task Publish_Interrupted_EndsTheStepAtTheDaemon()
    {
        await WriteAsync("""<ContainerRun Include="slow" Command="echo be''gun; sleep 4321" Network="none" />""");
        var socket = await StartAsync("one");
        var (publish, said) = Begin("out", "-p:ContainerBuilder=BuildKit", $"-p:ContainerBuilderEndpoint=unix://{socket}");
        await HearAsync(publish, said, "begun");
        (await Command.RunAsync("kill", ["-INT", $"{publish.Id}"])).Succeeded();
        Assert.Contains("error MBK1024", await EndAsync(publish, said, 1));
        for (var clock = Stopwatch.StartNew(); Directory.GetDirectories("/proc").Any(IsTheStep); await Task.Delay(50))
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "the step runs on");
    }

    private static bool IsTheStep(string process) => Read(process + "/cmdline") == "sleep\04321\0";

    private static bool IsTheSlowStep(int process) => Read($"/proc/{process}/cmdline").Contains("echo be''gun", StringComparison.Ordinal);

    private static IEnumerable<int> Below(int process) => ThreadsOf(process)
        .SelectMany(t => Read(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse).SelectMany(c => Below(c).Prepend(c));

    // A process may end while it is looked at.
    private static string[] ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private async Task WriteAsync(string items)
    {
        StepProject.Write(_home, items);
        // Not of all below: a daemon's store has the files of many users.
        foreach (var path in Directory.GetFileSystemEntries(_home).Where(p => Path.GetFileName(p) is "App.csproj" or "Program.cs" or "base" or "token" or "note" or "tools"))
            (await Command.RunAsync("chown", ["-R", "--reference", _home, path])).Succeeded();
    }

    private async Task<string> StartAsync(string name)
    {
        var socket = Path.Combine(_home, name + ".sock");
        var line = TestUser.Wrap(TheTool.Path, "serve", "--store", Path.Combine(_home, name), "--addr", $"unix://{socket}");
        var daemon = Process.Start(new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = _home, RedirectStandardError = true })!;
        _daemons.Add(daemon);
        Assert.Equal($"listening on unix://{socket}", await daemon.StandardError.ReadLineAsync());
        _ = daemon.StandardError.ReadToEndAsync();
        return socket;
    }

    private string[] Line(string output, string[] arguments) =>
        ["dotnet", "publish", _home, "-t:ContainerBuild", $"-p:ContainerOutputDirectory={Path.Combine(_home, output)}", "-nologo", "-v:normal", "-clp:NoSummary", "-nodeReuse:false", .. arguments];

    private Dictionary<string, string?> Environment(string output) => new() { ["MSBUILDKIT_CACHE"] = Path.Combine(_home, "cache-" + output) };

    private Task<CommandResult> PublishAsync(string output, params string[] arguments) => TestUser.RunAsync(Line(output, arguments), _home, Environment(output));

    private Task<CommandResult> PublishAsync(string output, (string Name, string Value) variable, params string[] arguments) =>
        TestUser.RunAsync(Line(output, arguments), _home, new Dictionary<string, string?>(Environment(output)) { [variable.Name] = variable.Value });

    // As text, so that it can be looked at while it grows.
    private (Process Process, StringBuilder Said) Begin(string output, params string[] arguments)
    {
        // Whoever runs tests in the background ignores Ctrl+C for all that they start.
        var line = TestUser.Wrap(["env", "--default-signal=INT", .. Line(output, arguments)]);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = _home, RedirectStandardOutput = true };
        foreach (var (name, value) in Environment(output)) start.Environment[name] = value;
        var (process, said) = (Process.Start(start)!, new StringBuilder());
        process.OutputDataReceived += (_, e) =>
        {
            lock (said) said.AppendLine(e.Data);
        };
        process.BeginOutputReadLine();
        return (process, said);
    }

    private static async Task HearAsync(Process process, StringBuilder said, string text)
    {
        for (; !Said(said).Contains(text, StringComparison.Ordinal); await Task.Delay(20))
            Assert.False(process.HasExited, Said(said));
    }

    private static async Task<string> EndAsync(Process process, StringBuilder said, int code)
    {
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == code, Said(said));
        process.Dispose();
        return Said(said);
    }

    private static string Said(StringBuilder said)
    {
        lock (said) return said.ToString();
    }
}
