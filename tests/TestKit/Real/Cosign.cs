namespace MsBuildKit.TestKit.Real;

/// <summary>Signs and verifies images in a registry without TLS with a key of its own, asking no service on the net.</summary>
public sealed class Cosign : IDisposable
{
    private readonly TempFolder _keys = new("cosign");

    /// <summary>Signs an image, and with an index all that it lists.</summary>
    public async Task SignAsync(string reference)
    {
        (await RunAsync("generate-key-pair")).Succeeded();
        (await RunAsync("sign", "--yes", "--recursive", "--key", "cosign.key", "--use-signing-config=false", "--tlog-upload=false", "--allow-http-registry", reference)).Succeeded();
    }

    /// <summary>What <c>cosign verify</c> says of a signature by that key.</summary>
    public Task<CommandResult> VerifyAsync(string reference) =>
        RunAsync("verify", "--key", "cosign.pub", "--insecure-ignore-tlog", "--allow-http-registry", reference);

    public void Dispose() => _keys.Dispose();

    private Task<CommandResult> RunAsync(params string[] arguments) => Command.RunAsync(
        RealTool.Find("cosign"), arguments, _keys.Path, new Dictionary<string, string?> { ["COSIGN_PASSWORD"] = "tests", ["HOME"] = _keys.Path });
}
