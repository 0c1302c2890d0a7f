using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Attestations;

namespace MsBuildKit.Engine.Tests.Attestations;

public sealed class SpdxDocumentTests
{
    private static readonly SbomInput s_input = new()
    {
        ImageName = "team/shop:1.0",
        Platform = "linux/amd64",
        SourceDateEpoch = 1_700_000_000,
        Components =
        [
            new SbomComponent("Json", "13.0.1", "pkg:nuget/Json@13.0.1", "MIT", "James", "SHA512", "ab", "LIBRARY"),
            new SbomComponent("Shop", "1.0", null, Purpose: "APPLICATION"),
            new SbomComponent("Unused", null, null),
        ],
        Files =
        [
            new SbomFile("/app/Shop.dll", new string('1', 64), new string('b', 40), 1),
            new SbomFile("/app/Json.dll", new string('2', 64), new string('c', 40), 0),
            new SbomFile("/app/de/Shop.dll", new string('3', 64), new string('a', 40), 1),
        ],
        Base = [new SbomComponent("debian:12", "12", "pkg:docker/debian@12", Algorithm: "SHA256", Hash: "cd", Purpose: "CONTAINER")],
    };

    [Fact]
    public void Write_Document_HasTheFieldsThatSpdx23Demands()
    {
        var document = Write(s_input);
        Assert.Equal("SPDX-2.3", document.GetProperty("spdxVersion").GetString());
        Assert.Equal("CC0-1.0", document.GetProperty("dataLicense").GetString());
        Assert.Equal("SPDXRef-DOCUMENT", document.GetProperty("SPDXID").GetString());
        Assert.Equal("team/shop:1.0 (linux/amd64)", document.GetProperty("name").GetString());
        Assert.True(Uri.TryCreate(document.GetProperty("documentNamespace").GetString(), UriKind.Absolute, out var space) && space.Fragment.Length == 0);
        Assert.Equal("2023-11-14T22:13:20Z", document.GetProperty("creationInfo").GetProperty("created").GetString());
        Assert.StartsWith("Tool: MsBuildKit-", document.GetProperty("creationInfo").GetProperty("creators")[0].GetString());
        foreach (var package in document.GetProperty("packages").EnumerateArray())
            foreach (var field in new[] { "SPDXID", "name", "downloadLocation", "filesAnalyzed", "licenseConcluded", "licenseDeclared", "copyrightText" })
                Assert.True(package.TryGetProperty(field, out _), field);
        foreach (var file in document.GetProperty("files").EnumerateArray())
            Assert.Contains("SHA1", file.GetProperty("checksums").EnumerateArray().Select(c => c.GetProperty("algorithm").GetString()));
    }

    [Fact]
    public void Write_Identifiers_AreWellFormedUniqueAndAllReferencesLead()
    {
        var document = Write(s_input);
        var ids = document.GetProperty("packages").EnumerateArray().Concat(document.GetProperty("files").EnumerateArray()).Select(e => e.GetProperty("SPDXID").GetString()!).Append("SPDXRef-DOCUMENT").ToList();
        Assert.All(ids, id => Assert.Matches("^SPDXRef-[A-Za-z0-9.-]+$", id));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var relationship in Relationships(document))
        {
            Assert.Contains(relationship.From, ids);
            Assert.Contains(relationship.To, ids);
        }
        Assert.Single(Relationships(document), r => r.From == "SPDXRef-DOCUMENT" && r.Kind == "DESCRIBES");
    }

    [Fact]
    public void Write_EveryFile_BelongsToExactlyOneComponent()
    {
        var document = Write(s_input);
        foreach (var file in document.GetProperty("files").EnumerateArray())
            Assert.Single(Relationships(document), r => r.Kind == "CONTAINS" && r.To == file.GetProperty("SPDXID").GetString());
        var owner = Relationships(document).Single(r => r.To == "SPDXRef-File-1").From;
        Assert.Equal("Json", Package(document, owner).GetProperty("name").GetString());
    }

    [Fact]
    public void Write_VerificationCode_IsTheSha1OfTheSortedSha1s()
    {
        var code = Package(Write(s_input), "SPDXRef-Component-1").GetProperty("packageVerificationCode").GetProperty("packageVerificationCodeValue").GetString();
        Assert.Equal(Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(new string('a', 40) + new string('b', 40)))), code);
    }

    [Fact]
    public void Write_ComponentWithoutFiles_ClaimsNoAnalysis()
    {
        var package = Package(Write(s_input), "SPDXRef-Component-2");
        Assert.False(package.GetProperty("filesAnalyzed").GetBoolean());
        Assert.False(package.TryGetProperty("packageVerificationCode", out _));
    }

    [Fact]
    public void Write_WhatIsKnownOfAPackage_IsTold()
    {
        var package = Package(Write(s_input), "SPDXRef-Component-0");
        Assert.Equal("MIT", package.GetProperty("licenseDeclared").GetString());
        Assert.Equal("Organization: James", package.GetProperty("supplier").GetString());
        Assert.Equal("13.0.1", package.GetProperty("versionInfo").GetString());
        Assert.Equal("pkg:nuget/Json@13.0.1", package.GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString());
        Assert.Equal("SHA512", package.GetProperty("checksums")[0].GetProperty("algorithm").GetString());
    }

    [Fact]
    public void Write_SameInput_GivesTheSameBytes() => Assert.Equal(SpdxDocument.Write(s_input), SpdxDocument.Write(s_input with { ImageName = "team/shop:1.0" }));

    [Fact]
    public void Write_DifferentDocuments_HaveDifferentNamespaces()
    {
        SbomInput[] inputs = [s_input, s_input with { Platform = "linux/arm64" }, s_input with { SourceDateEpoch = 1 }, s_input with { ImageName = "x" }, s_input with { Files = [] }];
        Assert.Equal(inputs.Length, inputs.Select(i => Write(i).GetProperty("documentNamespace").GetString()).Distinct().Count());
    }

    [Fact]
    public void Write_ManyFilesOfManyComponents_GrowsWithTheirNumberOnly()
    {
        // With a pass over all files for every component this would be ten thousand million steps.
        const int Count = 100_000;
        var input = s_input with
        {
            Components = [.. Enumerable.Range(0, Count).Select(i => new SbomComponent($"c{i}", null, null))],
            Files = [.. Enumerable.Range(0, Count).Select(i => new SbomFile($"/f{i}", "", new string('a', 40), i))],
        };
        Assert.Equal(Count, Write(input).GetProperty("files").GetArrayLength());
    }

    private static JsonElement Write(SbomInput input) => JsonDocument.Parse(SpdxDocument.Write(input)).RootElement;

    private static JsonElement Package(JsonElement document, string id) => document.GetProperty("packages").EnumerateArray().Single(p => p.GetProperty("SPDXID").GetString() == id);

    private static IEnumerable<(string From, string Kind, string To)> Relationships(JsonElement document) => document.GetProperty("relationships").EnumerateArray().Select(r =>
        (r.GetProperty("spdxElementId").GetString()!, r.GetProperty("relationshipType").GetString()!, r.GetProperty("relatedSpdxElement").GetString()!));
}
