using System.Text.Json;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The program that makes a step of a bundle: crun, else runc. Both speak the same commands.</summary>
internal sealed record OciRuntime(string Path, string StateDirectory)
{
    /// <summary>Whether it takes a filter of system calls that is made already.</summary>
    public bool TakesFilters => IsCrun;

    private bool IsCrun => System.IO.Path.GetFileName(Path) == "crun";

    /// <summary>Looks in the folders of a search path; throws MBK2010 when neither is there.</summary>
    public static OciRuntime Find(string searchPath, string stateDirectory) => new(TryFind(searchPath) ?? throw StepErrors.NoRuntime(searchPath), stateDirectory);

    /// <summary>The program's path, or <c>null</c> when neither is there.</summary>
    public static string? TryFind(string searchPath) => ProgramPath.Find(searchPath, "crun") ?? ProgramPath.Find(searchPath, "runc");

    public IReadOnlyList<string> Run(string bundle, string log, string id) => [.. Common, "--log", log, "--log-format", "json", "run", "--bundle", bundle, id];

    public IReadOnlyList<string> Create(string bundle, string id) => [.. Common, "create", "--bundle", bundle, id];

    public IReadOnlyList<string> Delete(string id) => [.. Common, "delete", "--force", id];

    /// <summary>Whether the runtime still knows a step of that name.</summary>
    public bool Knows(string id) => Directory.Exists(System.IO.Path.Combine(StateDirectory, id));

    /// <summary>Where crun has the filter of a step that it knows.</summary>
    public string FilterOf(string id) => System.IO.Path.Combine(StateDirectory, id, "seccomp.bpf");

    /// <summary>Runs one of its commands to its end, whatever that is.</summary>
    public async Task EndAsync(IReadOnlyList<string> command, string errorFile)
    {
        using var process = QuietProgram.Start(Path, command, errorFile);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        // What was read from by hand is not closed with its process.
        process.StandardOutput.Dispose();
    }

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
