using System.Text.Json;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The program that makes a step of a bundle: crun, else runc. Both speak the same commands.</summary>
internal sealed record OciRuntime(string Path, string StateDirectory)
{
    private bool IsCrun => System.IO.Path.GetFileName(Path) == "crun";

    /// <summary>Looks in the folders of a search path; throws MBK2010 when neither is there.</summary>
    public static OciRuntime Find(string searchPath, string stateDirectory) =>
        new(ProgramPath.Find(searchPath, "crun") ?? ProgramPath.Find(searchPath, "runc") ?? throw StepErrors.NoRuntime(searchPath), stateDirectory);

    public IReadOnlyList<string> Run(string bundle, string log, string id) => [.. Common, "--log", log, "--log-format", "json", "run", "--bundle", bundle, id];

    public IReadOnlyList<string> Delete(string id) => [.. Common, "delete", "--force", id];

    /// <summary>Whether the runtime still knows a step of that name.</summary>
    public bool Knows(string id) => Directory.Exists(System.IO.Path.Combine(StateDirectory, id));

    /// <summary>What the runtime itself complained about, as opposed to the step; <c>null</c> when it did not.</summary>
    public static string? Complaint(string log)
    {
        if (!File.Exists(log)) return null;
        var lines = File.ReadLines(log).Select(MessageOf).Where(m => m is not null).ToList();
        return lines.Count == 0 ? null : string.Join("; ", lines);
    }

    private IEnumerable<string> Common => IsCrun ? ["--root", StateDirectory, "--cgroup-manager=disabled"] : ["--root", StateDirectory];

    private static string? MessageOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.TryGetProperty("level", out var level) && level.GetString() is "error" or "fatal" ? json.RootElement.GetProperty("msg").GetString() : null;
        }
        catch (JsonException)
        {
            return line;
        }
    }
}
