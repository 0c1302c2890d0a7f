using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Writes SBOMs as SPDX 2.3 JSON. The same input gives the same bytes: even the namespace is derived from the content.</summary>
public static class SpdxDocument
{
    /// <summary>The predicate type of an SPDX statement.</summary>
    public const string PredicateType = "https://spdx.dev/Document";

    private const string NoAssertion = "NOASSERTION", Document = "SPDXRef-DOCUMENT", Image = "SPDXRef-Image";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document, indented, UTF-8.</summary>
    public static byte[] Write(SbomInput input)
    {
        var content = new JsonObject
        {
            ["packages"] = Packages(input),
            ["files"] = new JsonArray([.. input.Files.Select((f, i) => (JsonNode)File(f, i))]),
            ["relationships"] = Relationships(input),
        };
        var name = $"{input.ImageName} ({input.Platform})";
        var created = DateTimeOffset.FromUnixTimeSeconds(input.SourceDateEpoch).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", null);
        // Two documents are never of one namespace (SPDX 2.3, 6.5), and two platforms may hold the same files.
        var fingerprint = Digest.Of(Encoding.UTF8.GetBytes($"{name}\n{created}\n{Producer.NameAndVersion}\n{content.ToJsonString()}")).Hex;
        var document = new JsonObject
        {
            ["spdxVersion"] = "SPDX-2.3",
            ["dataLicense"] = "CC0-1.0",
            ["SPDXID"] = Document,
            ["name"] = name,
            ["documentNamespace"] = $"https://msbuildkit.invalid/spdx/{fingerprint}",
            ["creationInfo"] = new JsonObject
            {
                ["created"] = created,
                ["creators"] = new JsonArray($"Tool: {Producer.NameAndVersion}"),
            },
        };
        foreach (var (key, value) in content.ToList())
        {
            content.Remove(key);
            document[key] = value;
        }
        return JsonSerializer.SerializeToUtf8Bytes(document, s_indented);
    }

    private static JsonArray Packages(SbomInput input)
    {
        var packages = new JsonArray(Package(Image, new SbomComponent(input.ImageName, null, null, Purpose: "CONTAINER"), []));
        var files = input.Files.ToLookup(f => f.Component);
        for (var i = 0; i < input.Components.Count; i++)
            packages.Add((JsonNode)Package(ComponentId(i), input.Components[i], [.. files[i]]));
        for (var i = 0; i < input.Base.Count; i++) packages.Add((JsonNode)Package(BaseId(i), input.Base[i], []));
        return packages;
    }

    private static JsonObject Package(string id, SbomComponent component, IReadOnlyList<SbomFile> files)
    {
        var package = new JsonObject
        {
            ["SPDXID"] = id,
            ["name"] = component.Name,
            ["downloadLocation"] = NoAssertion,
            ["filesAnalyzed"] = files.Count > 0,
            ["licenseConcluded"] = NoAssertion,
            ["licenseDeclared"] = component.Licence ?? NoAssertion,
            ["copyrightText"] = NoAssertion,
            ["supplier"] = component.Supplier is null ? NoAssertion : $"Organization: {component.Supplier}",
            ["primaryPackagePurpose"] = component.Purpose,
        };
        if (component.Version is not null) package["versionInfo"] = component.Version;
        if (files.Count > 0)
        {
            package["packageVerificationCode"] = new JsonObject { ["packageVerificationCodeValue"] = VerificationCode(files) };
            package["licenseInfoFromFiles"] = new JsonArray(NoAssertion);
        }
        if (component.Hash is not null)
            package["checksums"] = new JsonArray(new JsonObject { ["algorithm"] = component.Algorithm, ["checksumValue"] = component.Hash });
        if (component.Purl is not null)
            package["externalRefs"] = new JsonArray(new JsonObject { ["referenceCategory"] = "PACKAGE-MANAGER", ["referenceType"] = "purl", ["referenceLocator"] = component.Purl });
        return package;
    }

    // SPDX 2.3, 7.9: the SHA-1 of the sorted SHA-1s of the files.
    private static string VerificationCode(IReadOnlyList<SbomFile> files) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(string.Concat(files.Select(f => f.Sha1).Order(StringComparer.Ordinal)))));

    private static JsonObject File(SbomFile file, int index) => new()
    {
        ["SPDXID"] = FileId(index),
        ["fileName"] = "." + file.Path,
        ["checksums"] = new JsonArray(
            new JsonObject { ["algorithm"] = "SHA1", ["checksumValue"] = file.Sha1 },
            new JsonObject { ["algorithm"] = "SHA256", ["checksumValue"] = file.Sha256 }),
        ["licenseConcluded"] = NoAssertion,
        ["licenseInfoInFiles"] = new JsonArray(NoAssertion),
        ["copyrightText"] = NoAssertion,
    };

    private static JsonArray Relationships(SbomInput input) => new([
        Relationship(Document, "DESCRIBES", Image),
        .. input.Components.Select((_, i) => Relationship(Image, "CONTAINS", ComponentId(i))),
        .. input.Base.Select((_, i) => Relationship(Image, "CONTAINS", BaseId(i))),
        .. input.Files.Select((f, i) => Relationship(ComponentId(f.Component), "CONTAINS", FileId(i))),
    ]);

    private static JsonNode Relationship(string from, string kind, string to) =>
        new JsonObject { ["spdxElementId"] = from, ["relationshipType"] = kind, ["relatedSpdxElement"] = to };

    private static string ComponentId(int index) => $"SPDXRef-Component-{index}";

    private static string BaseId(int index) => $"SPDXRef-Base-{index}";

    private static string FileId(int index) => $"SPDXRef-File-{index}";
}
