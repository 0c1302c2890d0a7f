using System.ComponentModel;
using System.Runtime.Versioning;
using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The filter of system calls as the kernel takes it. To make it of the list takes crun a third of what it does for a step, so it is
/// made once.</summary>
/// <remarks>crun makes it itself, for a container that is created, never started and deleted. Steps have the list as well: a runtime that does
/// not know the annotation filters by that.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class CompiledFilter
{
    /// <summary>The annotation by which crun is given a filter in base 64.</summary>
    public const string Annotation = "run.oci.seccomp_bpf_data";

    private const string Id = "filter";

    private volatile string? _value;

    /// <summary>The filter in base 64; <c>null</c> as long as there is none.</summary>
    public string? Value => _value;

    /// <summary>Makes it. Where that cannot be, steps do without.</summary>
    /// <param name="runtime">That runs the steps.</param>
    /// <param name="folder">Must not be there; gone at the end.</param>
    public async Task MakeAsync(OciRuntime runtime, string folder)
    {
        if (!runtime.TakesFilters) return;
        try
        {
            foreach (var name in (string[])["dev", "proc"]) Directory.CreateDirectory(Path.Combine(folder, "root", name));
            // Looked for, and never run.
            await File.WriteAllBytesAsync(Path.Combine(folder, "root", "none"), []).ConfigureAwait(false);
            File.SetUnixFileMode(Path.Combine(folder, "root", "none"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), Configuration()).ConfigureAwait(false);
            await runtime.EndAsync(runtime.Create(folder, Id), Path.Combine(folder, "error")).ConfigureAwait(false);
            _value = Convert.ToBase64String(await File.ReadAllBytesAsync(runtime.FilterOf(Id)).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // Then each step's is made of the list.
        }
        finally
        {
            if (runtime.Knows(Id)) await runtime.EndAsync(runtime.Delete(Id), "/dev/null").ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Configuration() => $$"""
        {
          "ociVersion": "1.0.2", "root": { "path": "root" }, "mounts": [],
          "process": { "args": ["/none"], "cwd": "/", "user": { "uid": 0, "gid": 0 }, "noNewPrivileges": true },
          "linux": { "namespaces": [{ "type": "mount" }, { "type": "pid" }], "seccomp": {{Encoding.UTF8.GetString(SeccompProgram.Here)}} }
        }
        """;
}
