namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>The one-line files by which the kernel says how it is set.</summary>
/// <param name="Root">Where they are: the machine's <c>/</c>.</param>
internal sealed record HostFacts(string Root)
{
    /// <summary>The trimmed text; <c>null</c> when it is not there or not to be read.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Root, path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The value of a line <c>NAME: value</c> of a file.</summary>
    public string? Field(string path, string name) => Read(path)?.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    public bool Has(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>The names in a folder, which need not exist.</summary>
    public IReadOnlyList<string> List(string path)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.Combine(Root, path)).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
