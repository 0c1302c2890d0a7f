using Xunit;

namespace MsBuildKit.TestKit;

/// <summary>Finds the foreign programs that judge our output.</summary>
public static class RealTool
{
    private static bool Required => Environment.GetEnvironmentVariable("MSBUILDKIT_REQUIRE_REAL") == "1";

    /// <summary>The path of <paramref name="name"/>: from <c>MSBUILDKIT_TEST_NAME</c>, else from PATH. When it is not there the test is
    /// skipped with the reason, or fails when <c>MSBUILDKIT_REQUIRE_REAL=1</c>.</summary>
    public static string Find(string name)
    {
        var variable = "MSBUILDKIT_TEST_" + name.ToUpperInvariant().Replace('-', '_');
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named) return named;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            if (folder.Length > 0 && File.Exists(Path.Combine(folder, name)))
                return Path.Combine(folder, name);
        Missing($"'{name}' is not on PATH: run eng/prerequisites.sh, or set {variable} to its path.");
        return "";
    }

    /// <summary>Skips or fails, as for a missing program, for any <paramref name="reason"/>.</summary>
    public static void Missing(string reason)
    {
        if (Required) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
