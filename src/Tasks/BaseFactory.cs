using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads what the image stands on.</summary>
internal sealed partial class BaseFactory(BuildImageParameters parameters, Problems problems)
{
    public BaseImage Create(string baseImage)
    {
        if (parameters.BaseDistribution.Length > 0) return CreateComposed();
        if (parameters.Packages.Count > 0)
            problems.Add(Problem.Base, "ContainerPackage", "packages come from a distribution. Set ContainerBaseDistribution to one, such as debian/bookworm.", parameters.Packages[0]);
        if (baseImage.Equals("scratch", StringComparison.OrdinalIgnoreCase)) return new ScratchBase();
        foreach (var kind in new[] { "oci-layout:", "oci-archive:", "docker-archive:" })
            if (baseImage.StartsWith(kind, StringComparison.Ordinal))
                return CreateLocal(baseImage[kind.Length..]);
        if (ImageReference.TryParse(baseImage.Trim().Replace(' ', '-'), out var reference, out var why)) return new RegistryBase(reference!);
        problems.Add(Problem.Base, "ContainerBaseImage", $"'{baseImage}' is no image: {why}. Write 'registry/repository:tag', 'scratch', or 'oci-layout:', 'oci-archive:' or 'docker-archive:' and a path.");
        return new ScratchBase();
    }

    private ComposedBase CreateComposed()
    {
        var distribution = parameters.BaseDistribution.ToLowerInvariant();
        if (!Distribution().IsMatch(distribution))
            problems.Add(Problem.Base, "ContainerBaseDistribution", $"'{parameters.BaseDistribution}' is no distribution. Write its name and release, such as debian/bookworm.");
        var mirrors = parameters.PackageMirror.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var mirror in mirrors.Where(m => !Uri.TryCreate(m, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            problems.Add(Problem.Base, "ContainerPackageMirror", $"'{SourceAddress.WithoutCredentials(mirror)}' is no address of a mirror. Write one such as 'https://mirror.example/debian'.");
        foreach (var package in parameters.Packages.Where(p => !PackageName().IsMatch(p.ItemSpec) || !PackageVersion().IsMatch(p.GetMetadata("Version"))))
            problems.Add(Problem.Base, "ContainerPackage", $"'{package.ItemSpec}' with Version '{package.GetMetadata("Version")}' is no package. Write its name, such as libicu72, and the version as the distribution has it.", package);
        return new ComposedBase(
            distribution,
            [.. parameters.Packages.Select(p => p.GetMetadata("Version") is { Length: > 0 } version ? $"{p.ItemSpec}={version}" : p.ItemSpec)],
            mirrors,
            parameters.PackageKeyring.Length > 0 ? ParsePath(parameters.PackageKeyring, "ContainerPackageKeyring") : null,
            parameters.PackageLockFile.Length > 0 ? ParsePath(parameters.PackageLockFile, "ContainerPackageLockFile") : null,
            Text.IsOn(parameters.PackageCheckValidUntil, byDefault: true));
    }

    /// <summary>A layout or archive that is there, as <c>PATH[:TAG]</c>; else <c>null</c>.</summary>
    public LocalBase? FindLocal(string text)
    {
        var (path, tag) = Split(text);
        if (!Text.IsPath(path)) return null;
        path = Path.GetFullPath(path, parameters.ProjectDirectory);
        return Directory.Exists(path) || File.Exists(path) ? new LocalBase(path, tag) : null;
    }

    // A tag stands behind the last ':', which on Windows may also follow a drive's letter.
    private static (string Path, string? Tag) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 1 && ImageReference.IsTag(text[(colon + 1)..]) ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }

    private LocalBase CreateLocal(string text)
    {
        var (given, tag) = Split(text);
        var path = ParsePath(given, "ContainerBaseImage");
        if (path is not null && !Directory.Exists(path) && !File.Exists(path))
            problems.Add(Problem.Base, "ContainerBaseImage", $"'{path}' does not exist. Check the path.");
        return new LocalBase(path ?? text, tag);
    }

    private string? ParsePath(string path, string subject)
    {
        if (Text.IsPath(path)) return Path.GetFullPath(path, parameters.ProjectDirectory);
        problems.Add(Problem.Base, subject, $"'{path}' is no path. Write one of a file or folder.");
        return null;
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]*/[a-z0-9][a-z0-9.-]*\z")]
    private static partial Regex Distribution();

    // Debian Policy 5.6.1 and 5.6.12; a name may carry its version, as apt takes it.
    [GeneratedRegex(@"^[a-z0-9][a-z0-9+.-]+(?:=[A-Za-z0-9.+:~-]+)?\z")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^[A-Za-z0-9.+:~-]*\z")]
    private static partial Regex PackageVersion();
}
