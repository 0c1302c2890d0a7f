namespace MsBuildKit.Engine.Workers.Git;

/// <summary>How repositories are fetched.</summary>
public sealed record GitOptions
{
    // What git's HTTP library looks at.
    private static readonly string[] s_proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"];

    /// <summary>The folders where git and ssh are looked for, in order; relative ones are not.</summary>
    public required IReadOnlyList<string> SearchPath { get; init; }

    /// <summary>The variables that name proxies. No other variable of the caller reaches git.</summary>
    public IReadOnlyDictionary<string, string> Proxies { get; init; } = new Dictionary<string, string>();

    /// <summary>How long one conversation with a server may take.</summary>
    /// <value>Default: 1 hour.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Measures it.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What an environment says.</summary>
    public static GitOptions Of(IReadOnlyDictionary<string, string> environment, TimeProvider time) => new()
    {
        SearchPath = environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        Proxies = s_proxies.Where(environment.ContainsKey).ToDictionary(p => p, p => environment[p], StringComparer.Ordinal),
        Time = time,
    };
}
