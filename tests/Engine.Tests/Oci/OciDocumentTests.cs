using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Oci;

public sealed class OciDocumentTests
{
    private const string D = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Blob = $$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{D}}","size":0}""";

    [Theory]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[],"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[],"Manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":BLOB,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"MediaType":"x","config":BLOB,"layers":[]}""")]
    [InlineData("""{"schemaVersion":1,"config":BLOB,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[null]}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void ParseManifest_ConfusedDocument_IsRefused(string json)
    {
        var error = Assert.Throws<OciException>(() => ImageManifest.Parse(Bytes(json)));
        Assert.Equal("MBK1104", error.Code);
    }

    [Theory]
    [InlineData("""{"architecture":"amd64","os":"linux","history":[null]}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","config":{"Env":["A=1",null]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","config":{"Cmd":[null]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":null}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[null]}}""")]
    [InlineData("""{"architecture":null,"os":"linux"}""")]
    [InlineData("null")]
    public void ParseConfig_Nulls_AreRefused(string json) =>
        Assert.Equal("MBK1104", Assert.Throws<OciException>(() => ImageConfig.Parse(Bytes(json))).Code);

    [Fact]
    public void ParseConfig_LayersAsGoWritesNone_AreNone() =>
        Assert.Empty(ImageConfig.Parse(Bytes("""{"architecture":"amd64","os":"linux","rootfs":{"type":"","diff_ids":null}}""")).RootFs.DiffIds);

    [Fact]
    public void ParseIndex_NullEntry_IsRefused() =>
        Assert.Equal("MBK1104", Assert.Throws<OciException>(() => ImageIndex.Parse(Bytes("""{"schemaVersion":2,"manifests":[null]}"""))).Code);

    [Fact]
    public void ParseManifest_OtherTypeThanOffered_IsRefused() =>
        Assert.Throws<OciException>(() => ImageManifest.Parse(
            Bytes("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":BLOB,"layers":[]}"""),
            MediaTypes.DockerManifest));

    [Fact]
    public void Config_UnknownFields_SurviveARoundTrip()
    {
        var json = """{"architecture":"amd64","os":"linux","config":{"Env":["A=1"],"OnBuild":["RUN x"],"Domainname":"d"},"rootfs":{"type":"layers","diff_ids":[]},"x.y":{"z":1}}""";
        Assert.Equal(json, Encoding.UTF8.GetString(OciJson.Write(ImageConfig.Parse(Bytes(json)))));
    }

    [Theory]
    [InlineData("sha256:e3b0", false)]
    [InlineData("sha256:../../etc/passwd", false)]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", false)]
    [InlineData("md5:e3b0c44298fc1c149afbf4c8996fb924", false)]
    [InlineData("", false)]
    [InlineData("latest", false)]
    [InlineData("sha256:", false)]
    [InlineData(D, true)]
    public void Digest_OnlyExactHexParses(string text, bool good) => Assert.Equal(good, Digest.TryParse(text, out _));

    [Theory]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm", "linux/arm/v7")]
    public void Platform_Aliases_AreNormalized(string text, string expected) =>
        Assert.Equal(expected, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("linux")]
    [InlineData("linux/../..")]
    [InlineData("linux/a/b/c")]
    public void Platform_Nonsense_IsRefused(string text) =>
        Assert.Equal("MBK1103", Assert.Throws<OciException>(() => Platform.Parse(text)).Code);

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json.Replace("BLOB", Blob, StringComparison.Ordinal));
}
