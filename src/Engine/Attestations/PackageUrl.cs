using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Package URLs (purl-spec) of the things that images are made of.</summary>
public static class PackageUrl
{
    /// <summary>An image, in the form BuildKit uses: <c>pkg:docker/name@tag?digest=..&amp;platform=linux%2Famd64</c>.</summary>
    /// <param name="image">Its name.</param>
    /// <param name="platform">Which of its platforms; <c>null</c> for none in particular.</param>
    /// <param name="kind"><c>docker</c> for an image of a registry, <c>oci</c> for one of a layout.</param>
    public static string Of(ImageReference image, Platform? platform, string kind = "docker")
    {
        var repository = image.Registry != ImageReference.DefaultRegistry ? $"{image.Registry}/{image.Repository}"
            : image.Repository.StartsWith("library/", StringComparison.Ordinal) ? image.Repository["library/".Length..]
            : image.Repository;
        var version = image.Tag is null ? "" : "@" + image.Tag;
        var qualifiers = string.Join('&', new[] { image.Digest is { } digest ? $"digest={digest}" : null, platform is null ? null : $"platform={Escape(platform.ToString())}" }.OfType<string>());
        return $"pkg:{kind}/{Escape(repository).Replace("%2F", "/", StringComparison.Ordinal)}{version}{(qualifiers.Length > 0 ? "?" + qualifiers : "")}";
    }

    /// <summary>A single blob of a repository, in the form BuildKit uses.</summary>
    /// <param name="blob">Its repository with the digest.</param>
    /// <param name="kind">As of an image.</param>
    /// <param name="repository">The git repository that it is a bundle of; <c>null</c> for any other blob.</param>
    public static string OfBlob(ImageReference blob, string kind, string? repository) =>
        $"{Of(blob, null, kind)}&ref_type={(repository is null ? "blob" : $"bundle&vcs_url={Escape(repository)}")}";

    public static string OfNuGet(string id, string version) => $"pkg:nuget/{Escape(id)}@{Escape(version)}";

    /// <param name="distribution">Such as <c>debian-12</c>.</param>
    public static string OfDebian(string name, string version, string architecture, string distribution) =>
        $"pkg:deb/debian/{Escape(name)}@{Escape(version)}?arch={Escape(architecture)}&distro={Escape(distribution)}";

    /// <summary>A package of a distribution, as its own package manager knows it.</summary>
    /// <param name="kind">Such as <c>deb</c> or <c>apk</c>.</param>
    /// <param name="system">The distribution's id.</param>
    /// <param name="name">Of the package.</param>
    /// <param name="version">Of the package.</param>
    /// <param name="architecture">As the distribution calls it; may be empty.</param>
    /// <param name="release">Of the distribution; may be empty.</param>
    public static string OfSystem(string kind, string system, string name, string version, string architecture, string release)
    {
        var qualifiers = new[] { ("arch", architecture), ("distro", release.Length > 0 ? $"{system}-{release}" : "") }.Where(q => q.Item2.Length > 0).Select(q => $"{q.Item1}={Escape(q.Item2)}");
        var tail = string.Join('&', qualifiers);
        return $"pkg:{kind}/{Escape(system)}/{Escape(name)}@{Escape(version)}{(tail.Length > 0 ? "?" + tail : "")}";
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
