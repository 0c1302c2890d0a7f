namespace MsBuildKit.Faults;

/// <summary>What a drill needs of the machine.</summary>
internal static class Foreign
{
    /// <summary>The result of a drill that cannot run here, or <c>null</c> when all is there. With <c>MSBUILDKIT_REQUIRE_REAL=1</c>, which CI
    /// sets, not having run counts as broken.</summary>
    public static DrillResult? Missing(params IReadOnlyList<string> programs)
    {
        var lacking = new List<string>();
        if (!Environment.IsPrivilegedProcess) lacking.Add("root, to mount");
        lacking.AddRange(programs.Where(p => !IsOnPath(p)));
        if (lacking.Count == 0) return null;
        var reason = $"not run: this machine lacks {string.Join(", ", lacking)}";
        return new DrillResult(reason, Environment.GetEnvironmentVariable("MSBUILDKIT_REQUIRE_REAL") == "1" ? [reason] : []);
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => f.Length > 0 && File.Exists(Path.Combine(f, program)));
}
