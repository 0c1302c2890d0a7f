using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Oci;

public sealed class ImageReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("debian", "docker.io/library/debian:latest")]
    [InlineData("team/app:1.0", "docker.io/team/app:1.0")]
    [InlineData("index.docker.io/library/debian:12", "docker.io/library/debian:12")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app:x", "localhost:5000/app:x")]
    [InlineData("REGISTRY.example/app", "registry.example/app:latest")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app:latest")]
    [InlineData("r.example/a@sha256:" + Hex, "r.example/a@sha256:" + Hex)]
    [InlineData("r.example/a:t@sha256:" + Hex, "r.example/a:t@sha256:" + Hex)]
    public void Parse_GoodReference_GivesFullForm(string text, string full) =>
        Assert.Equal(full, ImageReference.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("App")]
    [InlineData("a//b")]
    [InlineData("a:")]
    [InlineData("a:-x")]
    [InlineData("a@sha256:../../x")]
    [InlineData("https://r.example/a")]
    [InlineData("r.example:port/a")]
    [InlineData("a b")]
    [InlineData("r.example/a\n")]
    [InlineData("r.example/a@latest")]
    [InlineData("HOST/a")]
    [InlineData("r.example:99999/a")]
    [InlineData("[::::]:1/a")]
    [InlineData("\u212aey.example/a")]
    public void Parse_BadReference_NamesIt(string text)
    {
        var error = Assert.Throws<OciException>(() => ImageReference.Parse(text));
        Assert.Equal("MBK1102", error.Code);
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("localhost/app")]
    [InlineData("REGISTRY.example/app:1")]
    [InlineData("host:5000/app")]
    public void Parse_OwnFullForm_GivesTheSameReference(string text)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
    }

    [Fact]
    public void Create_HostThatWouldBeARepository_IsRefused() => Assert.False(ImageReference.IsRegistry("registry"));

    [Fact]
    public void Target_WithTagAndDigest_IsTheDigest() =>
        Assert.Equal("sha256:" + Hex, ImageReference.Parse("r.example/a:t@sha256:" + Hex).Target);
}
