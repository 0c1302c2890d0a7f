namespace MsBuildKit.TestKit.Real;

/// <summary>Runs programs as somebody who is not root: the user that eng/prerequisites.sh makes, or whoever runs the tests.</summary>
public static class TestUser
{
    private const string Name = "msbuildkit-test";

    /// <summary>The command line that runs <paramref name="arguments"/> as that user, with a home and with the tests' own PATH.</summary>
    public static IReadOnlyList<string> Wrap(params IEnumerable<string> arguments)
    {
        if (!Environment.IsPrivilegedProcess) return [.. arguments];
        var fields = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == Name);
        if (fields is null) RealTool.Missing($"There is no user '{Name}': run eng/prerequisites.sh.");
        return
        [
            RealTool.Find("setpriv"), $"--reuid={fields![2]}", $"--regid={fields[3]}", "--init-groups",
            "env", $"HOME={fields[5]}", $"USER={Name}", .. arguments,
        ];
    }

    /// <summary>Runs to the end.</summary>
    public static Task<CommandResult> RunAsync(IEnumerable<string> arguments, string? workingDirectory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var line = Wrap(arguments);
        return Command.RunAsync(line[0], line.Skip(1), workingDirectory, environment);
    }

    /// <summary>A folder of that user's own below a folder of the test's.</summary>
    public static async Task<string> MakeFolderAsync(TempFolder parent, string name)
    {
        await OpenAsync(parent.Path);
        var path = parent[name];
        Directory.CreateDirectory(path);
        if (Environment.IsPrivilegedProcess) (await Command.RunAsync("chown", [$"{Name}:{Name}", path])).Succeeded();
        return path;
    }

    /// <summary>Lets everybody read a folder and all that is in it.</summary>
    public static async Task OpenAsync(string path) => (await Command.RunAsync("chmod", ["-R", "a+rX", path])).Succeeded();
}
