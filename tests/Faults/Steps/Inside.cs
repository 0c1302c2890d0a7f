using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Steps;

/// <summary>A part of a drill that runs as a worker does: started by an ordinary user, and root of namespaces in which 1 and up are that user's
/// subordinate ids.</summary>
internal static class Inside
{
    /// <summary>The command line that runs <see cref="Drill.RunChildAsync"/> there.</summary>
    public static IReadOnlyList<string> Line(string drill, params IEnumerable<string> arguments) => Line(drill, asRoot: false, arguments);

    /// <summary>Runs it to its end.</summary>
    public static Task<CommandResult> RunAsync(string drill, params IEnumerable<string> arguments) => RunAsync(drill, asRoot: false, arguments);

    /// <summary>Runs it to its end, started by root if that is asked for.</summary>
    public static Task<CommandResult> RunAsync(string drill, bool asRoot, params IEnumerable<string> arguments)
    {
        var line = Line(drill, asRoot, arguments);
        return Command.RunAsync(line[0], line.Skip(1), Path.GetTempPath(), timeout: TimeSpan.FromHours(3));
    }

    /// <summary>What <c>faults inside DRILL ARGUMENTS</c> does: it passes on what is said in there, and its exit code.</summary>
    public static async Task<int> EnterAsync(IReadOnlyList<string> line)
    {
        await using var process = await NamespaceProcess.StartAsync(Program(["child", .. line]), [], default);
        await process.Output.CopyToAsync(Console.OpenStandardOutput());
        var code = await process.WaitAsync(default);
        if (code != 0) Console.Error.WriteLine(process.Errors);
        return code;
    }

    private static IReadOnlyList<string> Line(string drill, bool asRoot, IEnumerable<string> arguments)
    {
        string[] line = [Environment.ProcessPath!, "inside", drill, .. arguments];
        return asRoot ? line : TestUser.Wrap(line);
    }

    private static WorkerProgram Program(IReadOnlyList<string> arguments) => new()
    {
        Command = [Environment.ProcessPath!, .. arguments],
        SearchPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        User = HostUser.Current("/etc/passwd", null),
        WorkingDirectory = Environment.CurrentDirectory,
    };
}
