using System.Diagnostics;
using System.Reflection;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Engine.Tests.Namespaces;

/// <summary>The test program again, as a worker runs: root of a user, mount and process namespace in which 0 is the caller and 1 to 65535 are
/// the caller's subordinate numbers. The caller is root, or the user that eng/prerequisites.sh makes.</summary>
public sealed class InsideProcess : IDisposable
{
    private const string Variable = "MSBUILDKIT_TEST_INSIDE", Argument = "MSBUILDKIT_TEST_ARGUMENT";

    private readonly Process _process;
    private readonly Task<string> _error;

    private InsideProcess(Process process) => (_process, _error) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>Runs a static method in there, with a fresh folder of the caller's own; what it throws fails the test.</summary>
    /// <param name="asRoot">Who calls.</param>
    /// <param name="body">A static method.</param>
    /// <param name="setup">A script that is run there before.</param>
    /// <param name="argument">For <see cref="ReadArgument"/> in there.</param>
    /// <returns>What it said.</returns>
    public static async Task<string> RunAsync(bool asRoot, Func<string, Task> body, string setup = "", string argument = "")
    {
        using var temp = new TempFolder("inside");
        var folder = await MakeFolderAsync(asRoot, temp);
        try
        {
            using var process = await StartAsync(asRoot, folder, body, setup, argument);
            return await process.SucceedAsync();
        }
        finally
        {
            // Some of the names are none that the framework could say.
            await Command.RunAsync("rm", ["-rf", folder]);
        }
    }

    /// <summary>A folder for processes that are started by <see cref="StartAsync"/>.</summary>
    public static async Task<string> MakeFolderAsync(bool asRoot, TempFolder temp) =>
        asRoot ? Directory.CreateDirectory(temp["work"]).FullName : await TestUser.MakeFolderAsync(temp, "work");

    public static async Task<InsideProcess> StartAsync(bool asRoot, string folder, Func<string, Task> body, string setup = "", string argument = "")
    {
        if (asRoot && !Environment.IsPrivilegedProcess) RealTool.Missing("Only root can be root.");
        var program = Path.ChangeExtension(typeof(InsideProcess).Assembly.Location, null);
        string[] line =
        [
            RealTool.Find("unshare"), "--user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "/bin/sh", "-c", $"echo ready; read -r go || exit\n{setup}\nexec \"$0\" \"$@\"", program,
        ];
        var wrapped = asRoot ? line : TestUser.Wrap(line);
        var start = new ProcessStartInfo(wrapped[0], wrapped.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(InsideProcess).Assembly.Location;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["TMPDIR"] = folder;
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment[Argument] = argument;
        start.Environment[Variable] = $"{body.Method.DeclaringType!.FullName}\n{body.Method.Name}\n{folder}";
        var process = new InsideProcess(Process.Start(start)!);
        await process.WaitForAsync("ready");
        await MapAsync(asRoot, process._process.Id);
        await process._process.StandardInput.WriteLineAsync("go");
        await process._process.StandardInput.FlushAsync();
        return process;
    }

    /// <summary>Waits until the process says a line.</summary>
    public async Task WaitForAsync(string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (line == expected) return;
        throw new InvalidOperationException($"The process inside did not say '{expected}': {await _error}");
    }

    /// <summary>Tells the process to go on.</summary>
    public void Tell() => _process.StandardInput.WriteLine("go");

    /// <summary>kill -9 of everything inside.</summary>
    public void Kill()
    {
        // The kernel forgets unshare's --kill-child when the program gets its capabilities, so the first process inside is named: with it go all.
        var path = $"/proc/{_process.Id}/task/{_process.Id}/children";
        foreach (var child in File.Exists(path) ? File.ReadAllText(path).Split(' ', StringSplitOptions.RemoveEmptyEntries) : [])
            using (var inside = Process.GetProcessById(int.Parse(child, null))) inside.Kill();
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task<string> SucceedAsync()
    {
        var output = _process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await _process.WaitForExitAsync(limit.Token);
        var said = await output + await _error;
        Assert.True(_process.ExitCode == 0, $"ended with {_process.ExitCode}: {said}");
        return said;
    }

    /// <summary>What the process inside was given besides its folder.</summary>
    internal static string ReadArgument() => Environment.GetEnvironmentVariable(Argument) ?? "";

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    /// <summary>What the process inside does instead of running tests.</summary>
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('\n') is not [var type, var method, var folder]) return;
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        try
        {
            var body = typeof(InsideProcess).Assembly.GetType(type)!.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!;
            body.CreateDelegate<Func<string, Task>>()(folder).GetAwaiter().GetResult();
            Environment.Exit(0);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            Environment.Exit(1);
        }
    }

    private static async Task MapAsync(bool asRoot, int process)
    {
        if (asRoot)
        {
            foreach (var kind in new[] { "uid", "gid" }) await File.WriteAllTextAsync($"/proc/{process}/{kind}_map", "0 0 1\n1 2000000000 65535\n");
            return;
        }
        foreach (var kind in new[] { "uid", "gid" })
        {
            var own = (await TestUser.RunAsync([RealTool.Find("id"), kind == "uid" ? "-u" : "-g"])).Succeeded().Output.Trim();
            var name = (await TestUser.RunAsync([RealTool.Find("id"), "-un"])).Succeeded().Output.Trim();
            var file = $"/etc/sub{kind}";
            var range = (File.Exists(file) ? File.ReadLines(file) : []).Select(l => l.Split(':')).FirstOrDefault(f => f[0] == name);
            if (range is null) RealTool.Missing($"'{name}' has no numbers in {file}: run eng/prerequisites.sh.");
            (await TestUser.RunAsync([RealTool.Find($"new{kind}map"), $"{process}", "0", own, "1", "1", range![1], "65535"])).Succeeded();
        }
    }
}
