using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>One platform's image as a project describes it.</summary>
public sealed record ProjectImage
{
    public required Platform Platform { get; init; }

    public required BaseImage Base { get; init; }

    /// <summary>Every file of the application and every extra file.</summary>
    public required IReadOnlyList<ProjectFile> Files { get; init; }

    public required ProjectImageConfig Config { get; init; }

    /// <summary>What runs while the image is built, in the project's order. Names differ.</summary>
    public IReadOnlyList<ProjectStep> Steps { get; init; } = [];

    /// <summary>Other images that steps mount files of, by name; only those that a step names.</summary>
    public IReadOnlyDictionary<string, BaseImage> Contexts { get; init; } = new Dictionary<string, BaseImage>();
}

/// <summary>What the image stands on.</summary>
public abstract record BaseImage;

/// <summary>Nothing.</summary>
public sealed record ScratchBase : BaseImage;

/// <summary>An image in a registry.</summary>
public sealed record RegistryBase(ImageReference Reference) : BaseImage;

/// <summary>An OCI layout directory, or an OCI or Docker archive; <paramref name="Tag"/> chooses when it holds several images.</summary>
public sealed record LocalBase(string Path, string? Tag) : BaseImage;

/// <summary>Composed from a distribution's signed packages, running nothing.</summary>
/// <param name="Distribution">Such as <c>debian/bookworm</c>.</param>
/// <param name="Packages">Names, each with an optional <c>=version</c>.</param>
/// <param name="Mirrors">Base URLs; empty means the machine's own package sources.</param>
/// <param name="Keyring">An OpenPGP keyring file, or <c>null</c> for the machine's own.</param>
/// <param name="LockFile">Read when it is there and still fits, else written; <c>null</c> for none.</param>
/// <param name="CheckValidUntil">Refuse release files that are past their own date.</param>
public sealed record ComposedBase(
    string Distribution, IReadOnlyList<string> Packages, IReadOnlyList<string> Mirrors, string? Keyring, string? LockFile, bool CheckValidUntil = true) : BaseImage;

/// <summary>A file that goes into the image.</summary>
/// <param name="TargetPath">Absolute in the image, slash-separated, normalized.</param>
/// <param name="HostPath">Absolute on this machine.</param>
/// <param name="Component">Whose file it is; decides the layer and the SBOM's entry.</param>
/// <param name="Mode">Permission bits, or <c>null</c> for 0755 when executable and 0644 otherwise.</param>
/// <param name="Owner">User or uid, with an optional group or gid; <c>null</c> follows the image's user.</param>
public sealed record ProjectFile(string TargetPath, string HostPath, Component Component, int? Mode = null, string? Owner = null);

/// <summary>What a file belongs to, from what changes least to what changes most.</summary>
/// <param name="PackageRoot">The folder of an unpacked NuGet package, where its nuspec and hash are, or <c>null</c>.</param>
public sealed record Component(ComponentKind Kind, string Name, string? Version = null, string? PackageRoot = null);

/// <summary>The kinds of component; the order is the order of the layers.</summary>
public enum ComponentKind
{
    /// <summary>A framework or runtime pack of .NET.</summary>
    Framework,

    /// <summary>A NuGet package.</summary>
    Package,

    /// <summary>A referenced project.</summary>
    Project,

    /// <summary>The application itself.</summary>
    Application,

    /// <summary>A file that the project adds by <c>ContainerFile</c>.</summary>
    Extra,
}
