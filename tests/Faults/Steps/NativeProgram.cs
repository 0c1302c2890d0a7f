using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Projects;

namespace MsBuildKit.Faults.Steps;

/// <summary>Programs of C that do in a step what no shell can.</summary>
internal static class NativeProgram
{
    /// <summary>Compiles a source of this project, to run in any image.</summary>
    /// <param name="source">Below <c>tests/Faults</c>.</param>
    /// <param name="output">The program.</param>
    /// <param name="arguments">Others than <c>-static</c>.</param>
    public static async Task CompileAsync(string source, string output, params IEnumerable<string> arguments)
    {
        var how = arguments.ToList();
        (await Command.RunAsync("gcc", ["-O1", "-Wall", "-Werror", .. how.Count > 0 ? how : ["-static"], "-o", output, Path.Combine(SdkPackage.RepositoryRoot, "tests/Faults", source)])).Succeeded();
    }
}
