using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The program that makes a step of a bundle: the one that was asked for, else crun, else runc. All speak runc's commands.</summary>
internal sealed record OciRuntime(string Path, string StateDirectory)
{
    private const string Crun = "crun", Runc = "runc", Runsc = "runsc";

    /// <summary>Whether it takes a filter of system calls that is made already.</summary>
    public bool TakesFilters => Name == Crun;

    /// <summary>Whether steps have a kernel of their own (gVisor), which answers in place of the machine's.</summary>
    public bool HasOwnKernel => Name == Runsc;

    private string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Looks in the folders of a search path; throws MBK2010 when it is not there.</summary>
    /// <param name="searchPath">The folders.</param>
    /// <param name="wanted">A name or a full path; empty for crun, else runc.</param>
    /// <param name="stateDirectory">A folder of the worker's own.</param>
    public static OciRuntime Find(string searchPath, string wanted, string stateDirectory) =>
        new(TryFind(searchPath.Split(':'), wanted) ?? throw StepErrors.NoRuntime(searchPath, wanted), stateDirectory);

    /// <summary>The program's path, or <c>null</c> when it is not there.</summary>
    public static string? TryFind(IReadOnlyList<string> folders, string wanted)
    {
        if (System.IO.Path.IsPathFullyQualified(wanted)) return File.Exists(wanted) ? wanted : null;
        return wanted.Length > 0 ? ProgramPath.Find(folders, wanted) : ProgramPath.Find(folders, Crun) ?? ProgramPath.Find(folders, Runc);
    }

    /// <summary>Runs a step in the foreground.</summary>
    /// <param name="bundle">The step's.</param>
    /// <param name="log">Where it complains.</param>
    /// <param name="id">What the step is called.</param>
    /// <param name="spec">The step.</param>
    /// <param name="pidFile">Where it writes the number of the step's process; empty for nowhere.</param>
    public IReadOnlyList<string> Run(string bundle, string log, string id, StepSpec spec, string pidFile = "") =>
        [.. Common, .. HasOwnKernel ? OwnKernel(spec) : [], "--log", log, "--log-format", "json", "run", .. pidFile.Length > 0 ? new[] { "--pid-file", pidFile } : [], "--bundle", bundle, id];

    /// <summary>Runs a process in a step that runs, in the foreground.</summary>
    /// <param name="process">A file that has it, as a bundle's <c>process</c>.</param>
    /// <param name="log">Where it complains.</param>
    /// <param name="id">The step.</param>
    /// <param name="pidFile">Where it writes the process's number.</param>
    public IReadOnlyList<string> Exec(string process, string log, string id, string pidFile) =>
        [.. Common, "--log", log, "--log-format", "json", "exec", "--process", process, "--pid-file", pidFile, id];

    public IReadOnlyList<string> Create(string bundle, string id) => [.. Common, "create", "--bundle", bundle, id];

    public IReadOnlyList<string> Delete(string id) => [.. Common, "delete", "--force", id];

    /// <summary>Whether the runtime still knows a step of that name: as a folder, or as files that begin with it.</summary>
    public bool Knows(string id) => Directory.Exists(StateDirectory) && Directory.EnumerateFileSystemEntries(StateDirectory)
        .Select(e => System.IO.Path.GetFileName(e)).Any(e => e == id || e.StartsWith(id + "_", StringComparison.Ordinal));

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
        var (bytes, complaints) = (File.ReadAllBytes(log), new List<string>());
        // One value a line, or one behind the other.
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
        var read = 0L;
        try
        {
            for (; reader.Read(); read = reader.BytesConsumed)
            {
                using var json = JsonDocument.ParseValue(ref reader);
                if (json.RootElement.TryGetProperty("level", out var level) && level.GetString() is "error" or "fatal") complaints.Add(json.RootElement.GetProperty("msg").GetString()!);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            complaints.Add(Encoding.UTF8.GetString(bytes.AsSpan((int)read)).Trim().ReplaceLineEndings("; "));
        }
        return complaints.Count == 0 ? null : string.Join("; ", complaints);
    }

    private IEnumerable<string> Common => Name switch
    {
        Crun => ["--root", StateDirectory, "--cgroup-manager=disabled"],
        Runsc => ["--root", StateDirectory, "--ignore-cgroups"],
        _ => ["--root", StateDirectory],
    };

    // What a step leaves has to be in its tree, and not in the memory of its kernel. A network of the step's own is one of this machine's kernel, with
    // what is blocked there: gVisor's own would pass by that.
    private static IEnumerable<string> OwnKernel(StepSpec spec) =>
        ["--overlay2=none", spec.Network == NetMode.None ? "--network=none" : "--network=host", .. spec.Mounts.Any(m => m is SshSocket) ? new[] { "--host-uds=open" } : []];
}
