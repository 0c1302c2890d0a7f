using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Finds contexts by the names of stages and images: <c>alpine</c>, <c>alpine:latest</c> and <c>docker.io/library/alpine</c> are one.</summary>
internal sealed class NamedContexts
{
    private const string PlatformMark = "::";
    private static readonly string[] s_reserved = ["scratch", "context"];

    private readonly Dictionary<string, NamedContext> _contexts = new(StringComparer.Ordinal);

    public NamedContexts(IReadOnlyDictionary<string, BuildContext> contexts)
    {
        foreach (var (key, context) in contexts)
        {
            var mark = key.IndexOf(PlatformMark, StringComparison.Ordinal);
            var (name, platform) = mark < 0 ? (key, "") : (key[..mark], key[mark..]);
            var familiar = Familiar(name) + platform;
            _contexts[familiar] = new NamedContext(familiar, context);
        }
    }

    /// <summary>The context of a name, the one of the platform before the one of all; <c>null</c> for none.</summary>
    public NamedContext? Find(string name, Platform platform)
    {
        if (s_reserved.Contains(name, StringComparer.OrdinalIgnoreCase)) return null;
        var familiar = Familiar(name);
        return _contexts.GetValueOrDefault($"{familiar}{PlatformMark}{platform}") ?? _contexts.GetValueOrDefault(familiar);
    }

    private static string Familiar(string name)
    {
        if (!ImageReference.TryParse(name, out var reference, out _)) return name;
        var text = reference!.ToString();
        foreach (var prefix in new[] { $"{ImageReference.DefaultRegistry}/library/", $"{ImageReference.DefaultRegistry}/" })
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                text = text[prefix.Length..];
                break;
            }
        return text.EndsWith(":latest", StringComparison.Ordinal) ? text[..^":latest".Length] : text;
    }
}
