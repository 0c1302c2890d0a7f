using System.Diagnostics;
using MsBuildKit.TestKit;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>Runs the <c>msbuildkit</c> that the tree's build left.</summary>
internal static class TheTool
{
    // Built beside this assembly's project, in the same configuration.
    public static readonly string Path = FindTool();

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

    private static string FindTool()
    {
        var framework = AppContext.BaseDirectory.TrimEnd('/');
        var configuration = System.IO.Path.GetDirectoryName(framework)!;
        var root = framework;
        while (!File.Exists(System.IO.Path.Combine(root, "MsBuildKit.sln"))) root = System.IO.Path.GetDirectoryName(root)!;
        var tool = System.IO.Path.Combine(root, "src/Tool/bin", System.IO.Path.GetFileName(configuration), System.IO.Path.GetFileName(framework), "msbuildkit");
        return File.Exists(tool) ? tool : throw new FileNotFoundException($"'{tool}' is not there: build the solution first (eng/build.sh).");
    }
}
