using System.Diagnostics;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>The environment of every publish: caches and temporary files of its own, and else what the machine has, or what a developer's
/// has.</summary>
internal sealed class Surroundings : IDisposable
{
    private static readonly string[] s_notOnDesks = ["MSBUILDDISABLENODEREUSE", "DOTNET_CLI_USE_MSBUILD_SERVER", "CI"];

    private readonly string _temporary;

    public Surroundings(WorkFolder work, bool likeADeveloper)
    {
        _temporary = work.Make("t");
        Cache = work["cache"];
        var variables = new Dictionary<string, string?> { ["TMPDIR"] = _temporary, ["MSBUILDKIT_CACHE"] = Cache };
        if (likeADeveloper) foreach (var name in s_notOnDesks) variables[name] = null;
        Variables = variables;
        var kept = s_notOnDesks.Where(n => !likeADeveloper && Environment.GetEnvironmentVariable(n) is { Length: > 0 }).Select(n => $"{n}={Environment.GetEnvironmentVariable(n)}").ToList();
        Description = kept.Count == 0 ? "MSBuild keeps its processes between builds" : string.Join(", ", kept);
    }

    public IReadOnlyDictionary<string, string?> Variables { get; }

    public string Cache { get; }

    /// <summary>For people.</summary>
    public string Description { get; }

    /// <summary>Empties the caches of both contenders.</summary>
    public void ForgetImages()
    {
        foreach (var folder in new[] { Cache, Path.Combine(_temporary, "Containers") })
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
    }

    // Compilers and MSBuild nodes outlive the builds that started them. Ours are told from all others by the folder that we gave them.
    public void Dispose()
    {
        foreach (var process in Process.GetProcesses())
            using (process)
                if (process.Id != Environment.ProcessId && IsOurs(process.Id))
                    process.Kill();
    }

    private bool IsOurs(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0').Contains("TMPDIR=" + _temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
