namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>A check of Dockerfiles, under the name that Docker's own has.</summary>
/// <param name="Name">Such as <c>StageNameCasing</c>.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Page">The last part of the address where Docker explains it, or <c>null</c> where it does not.</param>
/// <param name="IsExperimental">Off unless asked for.</param>
public sealed record LintRule(string Name, string Description, string? Page, bool IsExperimental = false)
{
    /// <summary>Where Docker explains it, or empty.</summary>
    public string Url => Page is null ? "" : $"https://docs.docker.com/go/dockerfile/rule/{Page}/";
}
