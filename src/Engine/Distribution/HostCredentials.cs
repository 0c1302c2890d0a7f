using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>The credentials a developer's machine has: the .NET SDK's environment variables, then Docker's configuration with its helpers,
/// then Podman's.</summary>
/// <param name="environment">A copy of the environment.</param>
/// <param name="homeDirectory">Absolute.</param>
public sealed class HostCredentials(IReadOnlyDictionary<string, string> environment, string homeDirectory) : ICredentialSource
{
    // Docker writes the first, Podman the second.
    private static readonly string[] s_dockerHubKeys = ["https://index.docker.io/v1/", ImageReference.DefaultRegistry];

    /// <inheritdoc />
    public async ValueTask<Credential?> FindAsync(string registry, bool push, CancellationToken cancellationToken)
    {
        var direction = push ? "PUSH" : "PULL";
        if (FromVariables($"DOTNET_CONTAINER_{direction}_REGISTRY") is { } exact) return exact;
        if (FromVariables("DOTNET_CONTAINER_REGISTRY") is { } general) return general;
        if (FromVariables("SDK_CONTAINER_REGISTRY") is { } old) return old;
        foreach (var file in ConfigFiles())
            if (File.Exists(file) && await FromConfigAsync(file, registry, cancellationToken).ConfigureAwait(false) is { } found)
                return found;
        return null;
    }

    private Credential? FromVariables(string prefix) =>
        environment.GetValueOrDefault(prefix + "_UNAME") is { Length: > 0 } user && environment.GetValueOrDefault(prefix + "_PWORD") is { Length: > 0 } secret
            ? Create(user, secret)
            : null;

    // '<token>' is how Docker's helpers and the .NET SDK say that the secret is a token.
    private static Credential Create(string user, string secret) => user == "<token>" ? new("", secret, IsToken: true) : new(user, secret, IsToken: false);

    private IEnumerable<string> ConfigFiles()
    {
        yield return Path.Combine(environment.GetValueOrDefault("DOCKER_CONFIG") is { Length: > 0 } folder ? folder : Path.Combine(homeDirectory, ".docker"), "config.json");
        if (environment.GetValueOrDefault("REGISTRY_AUTH_FILE") is { Length: > 0 } own) yield return own;
        if (environment.GetValueOrDefault("XDG_RUNTIME_DIR") is { Length: > 0 } runtime) yield return Path.Combine(runtime, "containers", "auth.json");
        yield return Path.Combine(homeDirectory, ".config", "containers", "auth.json");
    }

    private async Task<Credential?> FromConfigAsync(string file, string registry, CancellationToken cancellationToken)
    {
        var keys = registry == ImageReference.DefaultRegistry ? s_dockerHubKeys : [registry];
        try
        {
            using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
            var root = document.RootElement;
            foreach (var key in keys)
                if (Find(root, "credHelpers", key) is { } helper && helper.GetString() is { Length: > 0 } own)
                    return await AskHelperAsync(own, key, cancellationToken).ConfigureAwait(false);
            if (root.TryGetProperty("credsStore", out var store) && store.GetString() is { Length: > 0 } general
                && await AskHelperAsync(general, keys[0], cancellationToken).ConfigureAwait(false) is { } stored)
                return stored;
            return FindAuth(root, keys) is { } auth ? FromAuth(auth) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new RegistryException(RegistryException.BadCredentials, ErrorKind.Invalid, $"The credentials in '{file}' cannot be read. Repair the file, or log in again.");
        }
    }

    private static JsonElement? Find(JsonElement root, string section, string key) =>
        root.TryGetProperty(section, out var map) && map.ValueKind == JsonValueKind.Object && map.TryGetProperty(key, out var value) ? value : null;

    // Old logins stand under an address: 'https://HOST/v1/'. Nothing but the exact host will do.
    private static JsonElement? FindAuth(JsonElement root, string[] keys)
    {
        foreach (var key in keys)
            foreach (var form in new[] { key, $"https://{key}", $"https://{key}/", $"https://{key}/v1/", $"https://{key}/v2/" })
                if (Find(root, "auths", form) is { } auth)
                    return auth;
        return null;
    }

    private static Credential? FromAuth(JsonElement auth)
    {
        if (auth.TryGetProperty("identitytoken", out var token) && token.GetString() is { Length: > 0 } identity) return new("", identity, IsToken: true);
        if (!auth.TryGetProperty("auth", out var encoded) || encoded.GetString() is not { Length: > 0 } text) return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(text)).TrimEnd('\0');
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? throw new FormatException() : Create(pair[..colon], pair[(colon + 1)..]);
    }

    private async Task<Credential?> AskHelperAsync(string helper, string key, CancellationToken cancellationToken)
    {
        var name = "docker-credential-" + helper + (OperatingSystem.IsWindows() ? ".exe" : "");
        var program = helper.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists)
            : null;
        if (program is null)
            throw new RegistryException(RegistryException.BadCredentials, ErrorKind.NotFound, $"The credential helper '{name}' is not on PATH. Install it, or remove it from Docker's configuration.");
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            await using var stop = cancellationToken.Register(() => Stop(process)).ConfigureAwait(false);
            await TellAsync(process, key).ConfigureAwait(false);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var answer = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            // A helper that knows nothing of a registry says so by failing.
            if (process.ExitCode != 0) return null;
            using var document = JsonDocument.Parse(answer);
            return Create(document.RootElement.GetProperty("Username").GetString() ?? "", document.RootElement.GetProperty("Secret").GetString() ?? "");
        }
        catch (Exception e) when (e is Win32Exception or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RegistryException(RegistryException.BadCredentials, ErrorKind.Unavailable, $"The credential helper '{program}' did not answer as it should. Log in again.");
        }
    }
    // A helper with one answer for everybody need not listen.
    private static async Task TellAsync(Process process, string key)
    {
        try
        {
            await process.StandardInput.WriteAsync(key).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
