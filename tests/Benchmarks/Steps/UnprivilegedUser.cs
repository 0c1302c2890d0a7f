using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>The user that eng/prerequisites.sh makes, as whom our side runs.</summary>
internal sealed class UnprivilegedUser
{
    private const string Name = "msbuildkit-test";

    private readonly string[] _prefix;

    private UnprivilegedUser(string[] prefix) => _prefix = prefix;

    public static UnprivilegedUser Find()
    {
        var fields = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == Name)
            ?? throw new InvalidOperationException($"There is no user '{Name}': run eng/prerequisites.sh.");
        return new UnprivilegedUser([$"--reuid={fields[2]}", $"--regid={fields[3]}", "--init-groups", "env", $"HOME={fields[5]}", $"USER={Name}"]);
    }

    public MeasuredCommand Command(params IEnumerable<string> line) => new("setpriv", [.. _prefix, .. line]);

    /// <summary>Gives a new folder to the user.</summary>
    public static async Task<string> MakeAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await new MeasuredCommand("chown", [$"{Name}:{Name}", folder]).RunAsync();
        return folder;
    }
}
