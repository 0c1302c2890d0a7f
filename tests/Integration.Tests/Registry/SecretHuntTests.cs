using System.IO.Compression;
using System.Text;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>A search that finds nothing anywhere would prove nothing.</summary>
public sealed class SecretHuntTests
{
    private static readonly SecretHunt s_hunt = new("me", "c4nary/s3cret");

    [Theory]
    [InlineData("x c4nary/s3cret x")]
    [InlineData("bWU6YzRuYXJ5L3MzY3JldA==")]
    [InlineData("YzRuYXJ5L3MzY3JldA==")]
    [InlineData("63346e6172792f733363726574")]
    [InlineData("63346E6172792F733363726574")]
    [InlineData("c4nary%2Fs3cret")]
    [InlineData("c4nary/s3cre", false)]
    public void Find_EveryForm_IsSeen(string text, bool seen = true)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(seen, s_hunt.Find("x", bytes).Any());
        Assert.Equal(seen, s_hunt.Find("x", Gzip(bytes)).Any());
        Assert.Equal(seen, s_hunt.Find("x", Gzip([.. "before"u8, .. Zip(bytes), .. "after"u8])).Any());
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
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
