using System.Diagnostics;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.StepKills;

/// <summary>A process of an ordinary user that builds a <see cref="StepProject"/> when it is told to, so that not each build compiles its own code.</summary>
internal sealed class BuildServer : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private BuildServer(Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync());

    public int Id => _process.Id;

    /// <summary>Starts it, and lets it build until it is as fast as it gets.</summary>
    public static async Task<BuildServer> StartAsync(string drill, string folder, string temp)
    {
        var line = TestUser.Wrap([Environment.ProcessPath!, "child", drill, folder]);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["TMPDIR"] = temp;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var server = new BuildServer(Process.Start(start)!);
        if (await server._process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException($"The builds do not start: {await server._errors}");
        return server;
    }

    /// <summary>Begins a build. It answers <c>built DIGEST</c>, <c>cancelled</c>, <c>failed CODE MESSAGE</c>, or <c>dead</c> when it was killed.</summary>
    public async Task<string> BuildAsync()
    {
        Tell("build");
        return await _process.StandardOutput.ReadLineAsync() ?? "dead";
    }

    /// <summary>Cancels the build that runs, if one does.</summary>
    public void Cancel() => Tell("cancel");

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    /// <summary>What the process does.</summary>
    public static async Task ServeAsync(string folder)
    {
        var project = new StepProject(folder);
        var (building, stop) = (Task.CompletedTask, new CancellationTokenSource());
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "cancel")
            {
                await stop.CancelAsync();
                continue;
            }
            await building;
            stop.Dispose();
            stop = new CancellationTokenSource();
            var token = stop.Token;
            building = Task.Run(async () => Console.WriteLine(await AnswerAsync(project, token)));
        }
        await building;
        stop.Dispose();
    }

    private static async Task<string> AnswerAsync(StepProject project, CancellationToken cancellationToken)
    {
        try
        {
            return $"built {await project.BuildAsync(cancellationToken)}";
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (Exception e)
        {
            return $"failed {(e as BuildException)?.Code} {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }
}
