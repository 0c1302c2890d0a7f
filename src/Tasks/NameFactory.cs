using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads what an image is called.</summary>
internal sealed class NameFactory(BuildImageParameters parameters, Problems problems)
{
    public ImageName Create() => new(ParseRegistry(), ParseRepository(), ParseTags());

    // As the .NET SDK: lower case, and what cannot stand in a name becomes '-'.
    private string ParseRepository()
    {
        var given = parameters.Repository;
        var normalized = string.Concat(given.Trim().ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' ? c : '-'));
        if (given.Length == 0 || !ImageReference.IsRepository(normalized))
        {
            problems.Add(Problem.Repository, "ContainerRepository",
                $"'{given}' cannot be made a repository name. Use lower-case letters, digits and single '.', '_', '-' or '/' between them, such as 'team/shop'.");
            return "";
        }
        return normalized;
    }

    private List<string> ParseTags()
    {
        var list = parameters.ImageTags.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parameters.ImageTag.Length > 0 && list.Length > 0)
            problems.Add(Problem.Tag, "ContainerImageTag", "it is set together with ContainerImageTags. Keep one of the two.");
        List<string> tags = [.. (list.Length > 0 ? list : [parameters.ImageTag.Length > 0 ? parameters.ImageTag : "latest"]).Distinct()];
        foreach (var tag in tags.Where(t => !ImageReference.IsTag(t)))
            problems.Add(Problem.Tag, list.Length > 0 ? "ContainerImageTags" : "ContainerImageTag",
                $"'{tag}' is no tag. Use letters, digits, '_', '.' and '-', at most 128, not starting with '.' or '-'.");
        return tags;
    }

    private string? ParseRegistry()
    {
        if (parameters.Registry.Length == 0) return null;
        if (ImageReference.IsRegistry(parameters.Registry)) return parameters.Registry.ToLowerInvariant();
        problems.Add(Problem.Registry, "ContainerRegistry",
            $"'{parameters.Registry}' is no registry. Write host and port only, without scheme or path, such as 'registry.example:5000'; a name without dots needs its port.");
        return null;
    }
}
