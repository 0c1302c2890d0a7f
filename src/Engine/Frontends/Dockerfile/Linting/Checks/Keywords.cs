namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>Keywords of instructions.</summary>
internal static class Keywords
{
    /// <summary>The case that a keyword is in.</summary>
    public static KeywordCasing CasingOf(string keyword)
    {
        if (!keyword.Any(char.IsLower)) return KeywordCasing.Upper;
        return keyword.Any(char.IsUpper) ? KeywordCasing.Mixed : KeywordCasing.Lower;
    }
}
