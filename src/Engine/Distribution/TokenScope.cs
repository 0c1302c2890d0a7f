namespace MsBuildKit.Engine.Distribution;

/// <summary>What a token must allow.</summary>
/// <param name="Repository">The repository that is worked on.</param>
/// <param name="Push">To write, not only to read.</param>
/// <param name="MountFrom">A repository whose blobs are mounted, or <c>null</c>.</param>
internal readonly record struct TokenScope(string Repository, bool Push, string? MountFrom = null)
{
    /// <summary>In the words of the distribution token specification.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            var own = $"repository:{Repository}:{(Push ? "pull,push" : "pull")}";
            return MountFrom is null ? [own] : [own, $"repository:{MountFrom}:pull"];
        }
    }
}
