namespace MsBuildKit.TestKit.Real;

/// <summary>Checks images for being what they say they are.</summary>
public static class Crane
{
    /// <summary>Checks digests, sizes and diff ids of all layers of an image in a registry without TLS.</summary>
    public static async Task ValidateRemoteAsync(string reference, string platform) =>
        (await RunAsync(["validate", "--insecure", "--platform", platform, "--remote", reference])).Succeeded();

    /// <summary>The same of a Docker archive.</summary>
    public static async Task ValidateArchiveAsync(string path) => (await RunAsync(["validate", "--tarball", path])).Succeeded();

    /// <summary>Carries the only image of a layout into a registry without TLS.</summary>
    public static async Task PushLayoutAsync(string layout, string reference) => (await RunAsync(["push", "--insecure", layout, reference])).Succeeded();

    /// <summary>The digest that a reference stands for.</summary>
    public static async Task<string> DigestAsync(string reference) => (await RunAsync(["digest", "--insecure", reference])).Succeeded().Output.Trim();

    private static Task<CommandResult> RunAsync(IEnumerable<string> arguments) => Command.RunAsync(RealTool.Find("crane"), arguments);
}
