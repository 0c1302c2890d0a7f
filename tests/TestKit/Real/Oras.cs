namespace MsBuildKit.TestKit.Real;

/// <summary>Moves whatever a layout holds, reading it as artifacts rather than images.</summary>
public static class Oras
{
    /// <summary>Copies a layout's image with all that it lists into a registry without TLS, reading every blob.</summary>
    public static async Task CopyFromLayoutAsync(string layout, string tag, string target) =>
        (await RunAsync(["copy", "--from-oci-layout", "--to-plain-http", $"{layout}:{tag}", target])).Succeeded();

    private static Task<CommandResult> RunAsync(IEnumerable<string> arguments) => Command.RunAsync(RealTool.Find("oras"), arguments);
}
