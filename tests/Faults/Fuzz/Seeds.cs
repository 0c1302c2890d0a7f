namespace MsBuildKit.Faults.Fuzz;

/// <summary>The inputs that fuzzing starts from: files of the tree, made by our own writers, and those that once broke something.</summary>
internal static class Seeds
{
    private static readonly string s_folder = FindFolder();

    public static IReadOnlyList<byte[]> Read(string target) =>
        [.. Directory.GetFiles(Path.Combine(s_folder, target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>Writes anew what the writers make; what broke something stays.</summary>
    public static void Write(string name, FuzzTarget target)
    {
        var folder = Path.Combine(s_folder, name);
        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in target.MakeSeeds()) File.WriteAllBytes(Path.Combine(folder, file), bytes);
    }

    private static string FindFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests/Faults/Fuzz/seeds");
    }
}
