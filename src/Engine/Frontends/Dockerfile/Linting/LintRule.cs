namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>A check of Dockerfiles, under the name that Docker's own has.</summary>
/// <param name="Name">Such as <c>StageNameCasing</c>.</param>
/// <param name="Description">One sentence.</param>
/// <param name="IsExperimental">Off unless asked for.</param>
public sealed record LintRule(string Name, string Description, bool IsExperimental = false)
{
    /// <summary>Where Docker explains it.</summary>
    public string Url => $"https://docs.docker.com/go/dockerfile/rule/{Slug(Name)}/";

    private static string Slug(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
