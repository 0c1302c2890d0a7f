using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Package URLs (purl-spec) of the things that images are made of.</summary>
public static class PackageUrl
{
    /// <summary>An image, in the form BuildKit uses: <c>pkg:docker/name@tag?digest=..&amp;platform=linux%2Famd64</c>.</summary>
    public static string Of(ImageReference image, Platform platform)
    {
        var repository = image.Registry != ImageReference.DefaultRegistry ? $"{image.Registry}/{image.Repository}"
            : image.Repository.StartsWith("library/", StringComparison.Ordinal) ? image.Repository["library/".Length..]
            : image.Repository;
        var version = image.Tag is null ? "" : "@" + image.Tag;
        var digest = image.Digest is { } d ? $"digest={d}&" : "";
        return $"pkg:docker/{Escape(repository).Replace("%2F", "/", StringComparison.Ordinal)}{version}?{digest}platform={Escape(platform.ToString())}";
    }

    public static string OfNuGet(string id, string version) => $"pkg:nuget/{Escape(id)}@{Escape(version)}";

    /// <param name="distribution">Such as <c>debian-12</c>.</param>
    public static string OfDebian(string name, string version, string architecture, string distribution) =>
        $"pkg:deb/debian/{Escape(name)}@{Escape(version)}?arch={Escape(architecture)}&distro={Escape(distribution)}";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
