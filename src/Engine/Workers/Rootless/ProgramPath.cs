namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Finds programs of the machine.</summary>
internal static class ProgramPath
{
    /// <summary>The full path of a program in the folders of a search path. A relative folder is a project's, which is not asked.</summary>
    public static string? Find(string searchPath, string name) => Find(searchPath.Split(':'), name);

    /// <summary>The full path of a program in one of some folders, in their order.</summary>
    public static string? Find(IEnumerable<string> folders, string name) =>
        folders.Where(Path.IsPathFullyQualified).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
}
