using System.Xml;
using System.Xml.Linq;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Describes NuGet packages from what lies in their unpacked folder: nuspec and hash.</summary>
public static class NuGetComponents
{
    private static readonly XmlReaderSettings s_plain = new() { DtdProcessing = DtdProcessing.Prohibit };

    /// <summary>The component; without a folder, or where it holds no nuspec that can be read, only name and version are known.</summary>
    public static SbomComponent Describe(string id, string version, string? folder, string purpose = "LIBRARY")
    {
        var known = new SbomComponent(id, version, PackageUrl.OfNuGet(id, version), Purpose: purpose);
        if (folder is null || !Directory.Exists(folder)) return known;
        var hash = HashOf(folder);
        known = known with { Algorithm = hash is null ? null : "SHA512", Hash = hash };
        try
        {
            if (Directory.EnumerateFiles(folder, "*.nuspec").FirstOrDefault() is not { } path) return known;
            using var reader = XmlReader.Create(path, s_plain);
            var metadata = Elements(XDocument.Load(reader).Root, "metadata").FirstOrDefault();
            return known with { Licence = LicenceOf(metadata), Supplier = Elements(metadata, "authors").FirstOrDefault()?.Value.Trim() is { Length: > 0 } authors ? authors : null };
        }
        catch (Exception e) when (e is XmlException or IOException or UnauthorizedAccessException)
        {
            // A nuspec that cannot be read tells nothing; the files of the package are what they are.
            return known;
        }
    }

    // A licence that is a file or a link is text for people; only an expression means something to a machine.
    private static string? LicenceOf(XElement? metadata) =>
        Elements(metadata, "license").FirstOrDefault() is { } licence && (string?)licence.Attribute("type") == "expression" && licence.Value.Trim() is { Length: > 0 } expression
            ? expression
            : null;

    // The schema has had many namespaces over the years, and its elements have kept their names.
    private static IEnumerable<XElement> Elements(XElement? parent, string name) => parent?.Elements().Where(e => e.Name.LocalName == name) ?? [];

    private static string? HashOf(string folder)
    {
        var file = Directory.EnumerateFiles(folder, "*.nupkg.sha512").FirstOrDefault();
        if (file is null) return null;
        Span<byte> hash = stackalloc byte[64];
        return Convert.TryFromBase64String(File.ReadAllText(file).Trim(), hash, out var length) && length == 64 ? Convert.ToHexStringLower(hash) : null;
    }
}
