namespace MsBuildKit.Engine.Llb;

/// <summary>Which of the files that a session lends are taken (see <see cref="LlbState.Local(string, LocalSourceOptions, string?)"/>).</summary>
public sealed record LocalSourceOptions
{
    /// <summary>Patterns of what is taken; none means everything.</summary>
    public IReadOnlyList<string> IncludePatterns { get; init; } = [];

    /// <summary>Paths that are taken with all that their symbolic links lead to; none means everything.</summary>
    public IReadOnlyList<string> FollowPaths { get; init; } = [];

    /// <summary>Patterns of what is left out, in order; one with <c>!</c> takes back what those before it left out.</summary>
    public IReadOnlyList<string> ExcludePatterns { get; init; } = [];

    /// <summary>What a builder may keep the files under, to be sent less the next time; empty for their own name.</summary>
    public string SharedKeyHint { get; init; } = "";

    /// <summary>The session that lends them; empty for the build's own.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>Tells these files from those of the same name that another machine lends; empty for no difference. A session does that too.</summary>
    public string UniqueId { get; init; } = "";

    /// <summary>Every file is sent, though the builder may have it.</summary>
    public bool SendAll { get; init; }

    internal (IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Capabilities) ToWire()
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        var capabilities = new List<string> { Capabilities.SourceLocal };
        Add(SourceKeys.LocalSession, SessionId, Capabilities.SourceLocalSession);
        Add(SourceKeys.LocalInclude, TextArray.Write(IncludePatterns), Capabilities.SourceLocalInclude);
        Add(SourceKeys.LocalFollow, TextArray.Write(FollowPaths), Capabilities.SourceLocalFollow);
        Add(SourceKeys.LocalExclude, TextArray.Write(ExcludePatterns), Capabilities.SourceLocalExclude);
        Add(SourceKeys.LocalSharedKey, SharedKeyHint, Capabilities.SourceLocalSharedKey);
        Add(SourceKeys.LocalDiffer, SendAll ? "none" : "", null);
        Add(SourceKeys.LocalUnique, SessionId.Length == 0 ? UniqueId : "", Capabilities.SourceLocalUnique);
        return (attributes, capabilities);

        void Add(string key, string value, string? capability)
        {
            if (value.Length == 0) return;
            attributes[key] = value;
            if (capability is not null) capabilities.Add(capability);
        }
    }
}
