namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>The case that a keyword is in.</summary>
internal enum KeywordCasing
{
    Upper,
    Lower,
    Mixed,
}
