using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>Debian's buildah as root, with a layer for each step as the others have it.</summary>
internal sealed class BuildahSide(string folder)
{
    public MeasuredCommand Build(string dockerfile)
    {
        var context = Directory.CreateDirectory(Path.Combine(folder, "context")).FullName;
        File.WriteAllText(Path.Combine(context, "Dockerfile"), dockerfile);
        return BuildContext(context);
    }

    /// <summary>Builds a folder that has a Dockerfile.</summary>
    public MeasuredCommand BuildContext(string context) =>
        // Debian's crun refuses hybrid cgroups, and nothing moves them away here.
        Command("build", "--layers", "--pull=false", "--tls-verify=false", "--runtime=runc", "--network=host", "--tag=steps", context);

    private MeasuredCommand Command(params string[] arguments) =>
        new("buildah", ["--root", Path.Combine(folder, "root"), "--runroot", Path.Combine(folder, "run"), "--storage-driver=overlay", .. arguments]);
}
