using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;
using ImagePlatform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>Images, layouts and lent files on the wire as BuildKit's client (client/llb/source.go) writes them.</summary>
public sealed class LentSourceTests
{
    [Fact]
    public void Local_WithEverything_HasTheAttributesOfTheWire()
    {
        var vertex = Load(LlbState.Local("context", new LocalSourceOptions
        {
            IncludePatterns = ["a", "b/**"], FollowPaths = ["é"], ExcludePatterns = ["*.tmp", "!x"], SharedKeyHint = "context", SessionId = "s1", UniqueId = "u", SendAll = true,
        }));
        Assert.Equal("local://context", vertex.Op.Source.Identifier);
        Assert.Equal(
            [
                ("local.differ", "none"), ("local.excludepatterns", """["*.tmp","!x"]"""), ("local.followpaths", """["é"]"""), ("local.includepattern", """["a","b/**"]"""),
                ("local.session", "s1"), ("local.sharedkeyhint", "context"),
            ],
            Attributes(vertex));
        Assert.Equal(
            ["source.local", "source.local.excludepatterns", "source.local.followpaths", "source.local.includepatterns", "source.local.sessionid", "source.local.sharedkeyhint"],
            Capabilities(vertex));
        Assert.Null(vertex.Op.Platform);
    }

    [Fact]
    public void Local_WithAnIdOfItsOwn_SaysIt()
    {
        var vertex = Load(LlbState.Local("context", new LocalSourceOptions { UniqueId = "u" }));
        Assert.Equal([("local.unique", "u")], Attributes(vertex));
        Assert.Equal(["source.local", "source.local.unique"], Capabilities(vertex));
    }

    [Fact]
    public void Local_WithNothing_IsTheSameAsBefore() =>
        Assert.Equal(LlbMarshaller.Marshal(LlbState.Local("context")), LlbMarshaller.Marshal(LlbState.Local("context", new LocalSourceOptions())));

    [Theory]
    [InlineData("\" \\ / \u007f", """["\" \\ / """ + "\u007f\"]")]
    [InlineData("<&>", """["\u003c\u0026\u003e"]""")]
    [InlineData("\b\f\n\r\t\u0001", """["\b\f\n\r\t\u0001"]""")]
    [InlineData("\u2028\u2029+'é😀", """["\u2028\u2029+'é😀"]""")]
    public void Patterns_AreEscapedAsGoDoesIt(string pattern, string expected) =>
        Assert.Equal([("local.includepattern", expected)], Attributes(Load(LlbState.Local("x", new LocalSourceOptions { IncludePatterns = [pattern] }))));

    [Fact]
    public void Image_WithEverything_HasTheAttributesOfTheWire()
    {
        var digest = Digest.Of("x"u8);
        var vertex = Load(LlbState.Image("r.example/a:1", ImagePlatform.LinuxAmd64, new ImageSourceOptions { ResolveMode = ImageResolveMode.Pull, IsInternal = true, LayerLimit = 0, Checksum = digest }));
        Assert.Equal([("image.checksum", digest.ToString()), ("image.layerlimit", "0"), ("image.recordtype", "internal"), ("image.resolvemode", "pull")], Attributes(vertex));
        Assert.Equal(["platform", "source.image", "source.image.checksum", "source.image.layerlimit", "source.image.resolvemode"], Capabilities(vertex));
    }

    [Theory]
    [InlineData(ImageResolveMode.Default, "")]
    [InlineData(ImageResolveMode.Local, "local")]
    public void Image_ThatNeedNotBePulled_AsksNothingOfTheBuilder(ImageResolveMode mode, string expected)
    {
        var vertex = Load(LlbState.Image("r.example/a:1", ImagePlatform.LinuxAmd64, new ImageSourceOptions { ResolveMode = mode }));
        Assert.Equal(expected, string.Concat(Attributes(vertex).Select(a => a.Item2)));
        Assert.Equal(["platform", "source.image"], Capabilities(vertex));
    }

    [Fact]
    public void OciLayout_OfAnotherSession_HasTheAttributesOfTheWire()
    {
        var reference = $"docker.io/library/base@{Digest.Of("x"u8)}";
        var vertex = Load(LlbState.OciLayout(reference, ImagePlatform.LinuxAmd64, new OciLayoutOptions { SessionId = "s", Store = "layout", LayerLimit = 3 }));
        Assert.Equal($"oci-layout://{reference}", vertex.Op.Source.Identifier);
        Assert.Equal([("oci.layerlimit", "3"), ("oci.session", "s"), ("oci.store", "layout")], Attributes(vertex));
        Assert.Equal(["platform", "source.ocilayout"], Capabilities(vertex));
    }

    private static Vertex Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex;

    private static List<(string, string)> Attributes(Vertex vertex) => [.. vertex.Op.Source.Attrs.Select(a => (a.Key, a.Value)).OrderBy(a => a.Key, StringComparer.Ordinal)];

    private static List<string> Capabilities(Vertex vertex) => [.. vertex.Metadata.Caps.Keys.Order(StringComparer.Ordinal)];
}
