using System.Net;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Distribution;

/// <summary>The errors of one registry, in words that help. Whatever a server says of our secrets is left out.</summary>
internal sealed class RegistryErrors(string registry, bool push, RegistryOptions options)
{
    private const int LongestQuote = 256;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>What was shown to the registry.</summary>
    public Secrets Secrets { get; } = new();

    /// <summary>The error for a try that will not be repeated; ends it.</summary>
    public async Task<RegistryException> OfAsync(Attempt attempt, string repository, CancellationToken cancellationToken)
    {
        if (attempt.Response is not { } response) return attempt.Broken as RegistryException ?? Unreachable(attempt.Broken!);
        using (response)
        {
            var said = Quote(attempt.Said ?? await ReadAsync(response, cancellationToken).ConfigureAwait(false));
            return response.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Denied(repository, said),
                HttpStatusCode.NotFound => Make(RegistryException.NotThere, ErrorKind.NotFound, $"'{registry}/{repository}' has no such thing{said}. Check the name and the tag."),
                _ => Refused($"answered {(int)response.StatusCode} for '{repository}'{said}"),
            };
        }
    }

    /// <summary>Reads how a refusal is explained.</summary>
    public async Task<RegistryAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[4096];
            var read = await IdleWatch.RunAsync(options, async watch =>
            {
                var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
                return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, watch.Token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(buffer.AsMemory(0, read), s_strict);
            var first = document.RootElement.GetProperty("errors")[0];
            return new(first.GetProperty("code").GetString() ?? "", first.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "");
        }
        catch (Exception e) when (Attempt.IsBroken(e) || e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return RegistryAnswer.Nothing;
        }
    }

    public RegistryException Refused(string what) =>
        Make(RegistryException.Refused, ErrorKind.Unavailable, $"The registry '{registry}' {what}. Try again later, or ask whoever runs it.");

    public RegistryException Unreachable(Exception e) => Make(RegistryException.Unreachable, ErrorKind.Unavailable,
        $"The registry '{registry}' cannot be reached: {e.InnerException?.Message ?? e.Message}".TrimEnd('.') + ". Check its name, your network and proxy; one that speaks no TLS must stand in DOTNET_CONTAINER_INSECURE_REGISTRIES.", e);

    public RegistryException Unsafe(string why) =>
        Make(RegistryException.UnsafeAddress, ErrorKind.FailedPrecondition, $"Nothing was sent, because the registry '{registry}' {why}. Ask whoever runs it.");

    public RegistryException Wrong(string what, string repository) => Make(RegistryException.WrongContent, ErrorKind.Unavailable,
        $"The registry '{registry}' offers {what} for '{repository}'. Nothing was kept; pull from a source you trust.");

    private RegistryException Denied(string repository, string said) => Make(RegistryException.Denied, ErrorKind.FailedPrecondition,
        $"The registry '{registry}' lets you not {(push ? "push to" : "pull from")} '{repository}'{said}. Log in with 'docker login {registry}', or set DOTNET_CONTAINER_{(push ? "PUSH" : "PULL")}_REGISTRY_UNAME and _PWORD.");

    private string Quote(RegistryAnswer said)
    {
        var text = Secrets.Redact($"{said.Code}: {said.Message}");
        return said == RegistryAnswer.Nothing ? "" : $" ({(text.Length > LongestQuote ? text[..LongestQuote] : text)})";
    }

    // What is inside is logged too.
    private RegistryException Make(string code, ErrorKind kind, string message, Exception? inner = null) =>
        new(code, kind, Secrets.Redact(message), inner?.ToString() is { } told && Secrets.Holds(told) ? null : inner);
}
