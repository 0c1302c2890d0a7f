using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Tasks;

/// <summary>Tells whose file a publish item is, from what MSBuild knows of it.</summary>
internal static class Components
{
    public static Component Of(ITaskItem part, ITaskItem image)
    {
        var package = part.GetMetadata("NuGetPackageId");
        if (package.Length > 0)
            return new Component(
                IsRuntime(package) ? ComponentKind.Framework : ComponentKind.Package, package, Text.OrNull(part.GetMetadata("NuGetPackageVersion")), PackageRoot(part, image));
        if (part.GetMetadata("ReferenceSourceTarget") == "ProjectReference" && part.GetMetadata("MSBuildSourceProjectFile") is { Length: > 0 } project)
            return new Component(ComponentKind.Project, Path.GetFileNameWithoutExtension(project));
        return new Component(ComponentKind.Application, image.GetMetadata("Application"), Text.OrNull(image.GetMetadata("ApplicationVersion")));
    }

    // Runtime packs are how a self-contained application brings its framework.
    private static bool IsRuntime(string package) =>
        package.StartsWith("Microsoft.", StringComparison.OrdinalIgnoreCase) && package.Contains(".App.Runtime.", StringComparison.OrdinalIgnoreCase);

    private static string? PackageRoot(ITaskItem part, ITaskItem image)
    {
        // What the compiler or the linker made of a package's file lies elsewhere, but its package is still named.
        var (id, version) = (part.GetMetadata("NuGetPackageId"), part.GetMetadata("NuGetPackageVersion"));
        foreach (var root in image.GetMetadata("PackageRoots").Split(';', StringSplitOptions.RemoveEmptyEntries))
            if (Path.Combine(root, id.ToLowerInvariant(), version.ToLowerInvariant()) is var folder && Directory.Exists(folder))
                return folder;
        return null;
    }
}
