namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>Arguments of frontends as provenance tells them.</summary>
internal static class RequestArguments
{
    private const string Context = "context", Attestation = "attest:", BuildArgument = "build-arg:", Label = "label:", Vcs = "vcs:", VcsSource = "vcs:source";

    // What is about the machine that builds, or about the way, not about what is built.
    private static readonly string[] s_ofMachines = ["cgroup-parent", "image-resolve-mode", "platform", "cache-imports"];

    /// <summary>Those that say what is built; addresses of contexts without who fetches them.</summary>
    public static Dictionary<string, string> Tell(IEnumerable<KeyValuePair<string, string>> arguments)
    {
        var given = arguments.ToDictionary(StringComparer.Ordinal);
        var key = given.GetValueOrDefault("contextkey") is { Length: > 0 } named ? named : Context;
        return given.Where(a => !s_ofMachines.Contains(a.Key) && !a.Key.StartsWith(Attestation, StringComparison.Ordinal))
            .ToDictionary(a => a.Key, a => a.Key == key || a.Key == VcsSource || a.Key.StartsWith(Context + ":", StringComparison.Ordinal) ? MaskedAddress.Of(a.Value) : a.Value, StringComparer.Ordinal);
    }

    /// <summary>People may not want it to be known.</summary>
    public static bool IsPrivate(string key) => key.StartsWith(BuildArgument, StringComparison.Ordinal) || key.StartsWith(Label, StringComparison.Ordinal);

    /// <summary>It tells of where the client's files are kept.</summary>
    public static bool IsOfRepository(string key) => key.StartsWith(Vcs, StringComparison.Ordinal);

    /// <summary>What is told of where the client's files are kept.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfRepository(IReadOnlyDictionary<string, string> arguments) =>
        arguments.Where(a => IsOfRepository(a.Key) && a.Value.Length > 0).Select(a => KeyValuePair.Create(a.Key[Vcs.Length..], a.Value));
}
