using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>A search that finds nothing anywhere would prove nothing.</summary>
public sealed class SecretHuntTests
{
    private static readonly SecretHunt s_hunt = new(Canary.OfText("the secret", "c4nary/s3cret"));

    [Theory]
    [InlineData("x c4nary/s3cret x")]
    [InlineData("bWU6YzRuYXJ5L3MzY3JldA==")]
    [InlineData("YzRuYXJ5L3MzY3JldA==")]
    [InlineData("YmU6YzRuYXJ5L3MzY3JldDo=")]
    [InlineData("eGM0bmFyeS9zM2NyZXQ=")]
    [InlineData("63346e6172792f733363726574")]
    [InlineData("63346E6172792F733363726574")]
    [InlineData("c4nary%2Fs3cret")]
    [InlineData("c4nary%2fs3cret")]
    [InlineData("terc3s/yran4c")]
    [InlineData("c\04\0n\0a\0r\0y\0/\0s\03\0c\0r\0e\0t\0")]
    [InlineData("c4nary/s3cre", false)]
    public void Find_EveryForm_IsSeen(string text, bool seen = true)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(seen, s_hunt.Find("x", bytes).Any());
        Assert.Equal(seen, s_hunt.Find("x", Packing.Pack(bytes, Compression.Gzip)).Any());
        Assert.Equal(seen, s_hunt.Find("x", Packing.Pack(bytes, Compression.Zstd)).Any());
        Assert.Equal(seen, s_hunt.Find("x", Packing.Pack([.. "before"u8, .. Zip(bytes), .. "after"u8], Compression.Gzip)).Any());
        Assert.Equal(seen, s_hunt.Find("x", new RawTar().Add('0', "layer.tar.gz", content: Packing.Pack(new RawTar().File("f", text).ToArray(), Compression.Gzip)).ToArray()).Any());
    }

    private static byte[] Zip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        using (var entry = zip.CreateEntry("a.props", CompressionLevel.Optimal).Open())
            entry.Write(bytes);
        return packed.ToArray();
    }
}
