using MsBuildKit.Engine.Attestations;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Attestations;

public sealed class NuGetComponentsTests : IDisposable
{
    private const string Nuspec = """
        <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>Json</id><version>1.0.0</version>
        <authors>James</authors><description>x</description>LICENCE</metadata></package>
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""<license type="expression">MIT OR Apache-2.0</license>""", "MIT OR Apache-2.0")]
    [InlineData("""<license type="file">LICENSE.txt</license>""", null)]
    [InlineData("<licenseUrl>https://example.test/licence</licenseUrl>", null)]
    [InlineData("", null)]
    public void Describe_Nuspec_TellsLicenceExpressionsAndAuthors(string licence, string? expected)
    {
        _folder.Write("json.nuspec", Nuspec.Replace("LICENCE", licence));
        var component = NuGetComponents.Describe("Json", "1.0.0", _folder.Path);
        Assert.Equal(expected, component.Licence);
        Assert.Equal("James", component.Supplier);
        Assert.Equal("pkg:nuget/Json@1.0.0", component.Purl);
    }

    [Fact]
    public void Describe_HashFile_IsHex()
    {
        _folder.Write("json.1.0.0.nupkg.sha512", Convert.ToBase64String(new byte[64]) + "\n");
        var component = NuGetComponents.Describe("Json", "1.0.0", _folder.Path);
        Assert.Equal(("SHA512", new string('0', 128)), (component.Algorithm, component.Hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no base64")]
    [InlineData("AAAA")]
    public void Describe_HashThatIsNone_IsLeftOut(string text)
    {
        _folder.Write("json.1.0.0.nupkg.sha512", text);
        Assert.Null(NuGetComponents.Describe("Json", "1.0.0", _folder.Path).Hash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<")]
    [InlineData("<package/>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><package><metadata><authors>&e;</authors></metadata></package>")]
    public void Describe_NuspecThatCannotBeRead_TellsNameAndVersionOnly(string text)
    {
        _folder.Write("json.nuspec", text);
        var component = NuGetComponents.Describe("Json", "1.0.0", _folder.Path);
        Assert.Equal(("Json", "1.0.0", null, null), (component.Name, component.Version, component.Licence, component.Supplier));
    }

    [Fact]
    public void Describe_NoFolder_TellsNameAndVersionOnly() =>
        Assert.Equal(new SbomComponent("Json", "1", "pkg:nuget/Json@1", Purpose: "FRAMEWORK"), NuGetComponents.Describe("Json", "1", _folder["gone"], "FRAMEWORK"));
}
