using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Dockerfiles;

/// <summary><c>msbuildkit build</c> as an unprivileged user, with one store for all.</summary>
/// <param name="user">Who runs it.</param>
/// <param name="tool">The program.</param>
/// <param name="folder">Where its store and what it writes are.</param>
internal sealed class ToolCommands(UnprivilegedUser user, string tool, string folder)
{
    private int _outputs;

    /// <summary>Builds a context into an OCI archive; a name of <c>null</c> keeps the result in the store.</summary>
    public MeasuredCommand Build(string context, bool archive, string? dockerfile = null) => user.Command(
    [
        tool, "build", "--store", Path.Combine(folder, "store"), "--progress", "plain", "--provenance=false",
        .. dockerfile is null ? [] : new[] { "--file", dockerfile },
        .. archive ? new[] { "--output", $"type=oci,dest={Path.Combine(folder, $"out{_outputs++}.tar")}" } : [],
        context,
    ]);
}
