using System.Diagnostics;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>Runs the <c>msbuildkit</c> that the tree's build left.</summary>
internal static class TheTool
{
    /// <summary>Of the repository.</summary>
    public static readonly string Root = FindRoot();

    public static readonly string Path = Find("src/Tool/msbuildkit");

    /// <summary>The tasks, for builds by somebody who may not build them.</summary>
    public static readonly string Tasks = Find("src/Tasks/MsBuildKit.Tasks.dll");

    public static Task<CommandResult> RunAsync(string workingDirectory, params string[] arguments) =>
        Command.RunAsync(Path, arguments, workingDirectory, new Dictionary<string, string?> { ["MSBUILDKIT_CACHE"] = null, ["XDG_CACHE_HOME"] = workingDirectory });

    /// <summary>With bytes on standard input.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> PipeAsync(byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The program or assembly of a project, as the tree's build in the same configuration left it.</summary>
    private static string Find(string relative)
    {
        var framework = AppContext.BaseDirectory.TrimEnd('/');
        var configuration = System.IO.Path.GetDirectoryName(framework)!;
        var file = System.IO.Path.Combine(Root, System.IO.Path.GetDirectoryName(relative)!, "bin", System.IO.Path.GetFileName(configuration), System.IO.Path.GetFileName(framework), System.IO.Path.GetFileName(relative));
        return File.Exists(file) ? file : throw new FileNotFoundException($"'{file}' is not there: build the solution first (eng/build.sh).");
    }

    private static string FindRoot()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(root, "MsBuildKit.sln"))) root = System.IO.Path.GetDirectoryName(root)!;
        return root;
    }
}
