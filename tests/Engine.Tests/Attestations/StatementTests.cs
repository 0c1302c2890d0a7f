using System.Text.Json;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Attestations;

public sealed class StatementTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly ProvenanceInput s_input = new()
    {
        ProjectName = "Shop",
        Platform = "linux/amd64",
        Parameters = new Dictionary<string, string> { ["b"] = "2;%", ["a"] = "1" },
        Dependencies = [new ProvenanceDependency("pkg:nuget/Json@1", "sha512", "ab"), new ProvenanceDependency("git+https://host/x", null, null)],
        GraphDigest = "sha256:" + Hex,
        SourceDateEpoch = 1_700_000_000,
    };

    [Fact]
    public void WriteProvenance_Predicate_HasTheFieldsThatSlsaDemands()
    {
        var predicate = JsonDocument.Parse(ProvenanceDocument.Write(s_input)).RootElement;
        var definition = predicate.GetProperty("buildDefinition");
        Assert.True(Uri.IsWellFormedUriString(definition.GetProperty("buildType").GetString(), UriKind.Absolute));
        Assert.Equal("2;%", definition.GetProperty("externalParameters").GetProperty("properties").GetProperty("b").GetString());
        Assert.Equal("linux/amd64", definition.GetProperty("internalParameters").GetProperty("platform").GetString());
        Assert.Equal("ab", definition.GetProperty("resolvedDependencies")[0].GetProperty("digest").GetProperty("sha512").GetString());
        Assert.False(definition.GetProperty("resolvedDependencies")[1].TryGetProperty("digest", out _));
        var details = predicate.GetProperty("runDetails");
        Assert.True(Uri.IsWellFormedUriString(details.GetProperty("builder").GetProperty("id").GetString(), UriKind.Absolute));
        Assert.Equal("2023-11-14T22:13:20Z", details.GetProperty("metadata").GetProperty("startedOn").GetString());
    }

    [Fact]
    public void WriteProvenance_OrderOfParameters_DoesNotShow() => Assert.Equal(
        ProvenanceDocument.Write(s_input),
        ProvenanceDocument.Write(s_input with { Parameters = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2;%" } }));

    [Fact]
    public void WriteStatement_Names_AreSubjectsOfOneDigest()
    {
        var statement = JsonDocument.Parse(InTotoStatement.Write(
            new Predicate("https://example.test/p", "{\"a\":1}"u8.ToArray()), [ImageReference.Parse("shop:1"), ImageReference.Parse("r.example:5000/team/shop:2")], Platform.LinuxArm64, Digest.Parse("sha256:" + Hex))).RootElement;
        Assert.Equal("https://in-toto.io/Statement/v1", statement.GetProperty("_type").GetString());
        Assert.Equal("https://example.test/p", statement.GetProperty("predicateType").GetString());
        Assert.Equal(1, statement.GetProperty("predicate").GetProperty("a").GetInt32());
        var subjects = statement.GetProperty("subject").EnumerateArray().ToList();
        Assert.Equal(["pkg:docker/shop@1?platform=linux%2Farm64", "pkg:docker/r.example%3A5000/team/shop@2?platform=linux%2Farm64"], subjects.Select(s => s.GetProperty("name").GetString()));
        Assert.All(subjects, s => Assert.Equal(Hex, s.GetProperty("digest").GetProperty("sha256").GetString()));
    }

    [Fact]
    public void WriteStatement_SubjectsOfThePredicate_StandForThemselvesOrBesideThoseItIsAttachedTo()
    {
        var other = Digest.Of("other"u8);
        Assert.Equal(["other " + other.Hex], Subjects(new PredicateSubject("other", [other])));
        Assert.Equal(["pkg:docker/shop@1?platform=linux%2Famd64 " + Digest.Of("x"u8).Hex, "alias " + Digest.Of("x"u8).Hex], Subjects(new PredicateSubject("alias", [])));
        Assert.Equal(["pkg:docker/shop@1?platform=linux%2Famd64 " + Digest.Of("x"u8).Hex], Subjects(new PredicateSubject("", [])));

        static IEnumerable<string> Subjects(PredicateSubject subject) =>
            JsonDocument.Parse(InTotoStatement.Write(new Predicate("t", "{}"u8.ToArray()) { Subjects = [subject] }, [ImageReference.Parse("shop:1")], Platform.LinuxAmd64, Digest.Of("x"u8)))
                .RootElement.GetProperty("subject").EnumerateArray().Select(s => $"{s.GetProperty("name").GetString()} {s.GetProperty("digest").GetProperty("sha256").GetString()}");
    }

    [Fact]
    public void WriteStatement_OfAnImageWithoutAName_StillHasASubject()
    {
        var statement = JsonDocument.Parse(InTotoStatement.Write(new Predicate("t", "{}"u8.ToArray()), [], Platform.LinuxAmd64, Digest.Of("x"u8))).RootElement;

        var subject = Assert.Single(statement.GetProperty("subject").EnumerateArray());
        Assert.Equal("_", subject.GetProperty("name").GetString());
        Assert.Equal(Digest.Of("x"u8).Hex, subject.GetProperty("digest").GetProperty("sha256").GetString());
    }

    [Theory]
    [InlineData("debian:12", "pkg:docker/debian@12?platform=linux%2Famd64")]
    [InlineData("team/app:1", "pkg:docker/team/app@1?platform=linux%2Famd64")]
    [InlineData("app@sha256:" + Hex, "pkg:docker/app?digest=sha256:" + Hex + "&platform=linux%2Famd64")]
    public void Of_Image_IsAPackageUrl(string reference, string expected) =>
        Assert.Equal(expected, PackageUrl.Of(ImageReference.Parse(reference), Platform.LinuxAmd64));

    [Theory]
    [InlineData("Newtonsoft.Json", "13.0.1", "pkg:nuget/Newtonsoft.Json@13.0.1")]
    [InlineData("A/B?c#d", "1.0+x y", "pkg:nuget/A%2FB%3Fc%23d@1.0%2Bx%20y")]
    public void OfNuGet_Odd_IsEscaped(string id, string version, string expected) => Assert.Equal(expected, PackageUrl.OfNuGet(id, version));

    [Fact]
    public void OfDebian_Version_IsEscaped() =>
        Assert.Equal("pkg:deb/debian/libstdc%2B%2B6@1%3A12.2-3~x?arch=a%26b&distro=debian-12", PackageUrl.OfDebian("libstdc++6", "1:12.2-3~x", "a&b", "debian-12"));
}
