using System.IO.Compression;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>gzip and zstd around a layer: whatever happens to the frames, nobody is told that a layer is whole whose bytes are others.</summary>
internal sealed class CompressionTarget : FuzzTarget
{
    private static readonly byte[] s_plain = Tars.Own();
    private static readonly Digest s_diffId = Digest.Of(s_plain);

    public override IReadOnlyList<string> Words => ["\u001f\u008b\b", "(\u00b5/\u00fd"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var gzip = new MemoryStream();
        using (var stream = new GZipStream(gzip, CompressionLevel.SmallestSize, leaveOpen: true)) stream.Write(s_plain);
        var (first, second) = (Gzip(s_plain[..1000]), Gzip(s_plain[1000..]));
        using var zstd = new ZstdSharp.Compressor(19);
        zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        yield return ("one.gz", gzip.ToArray());
        yield return ("two.gz", [.. first, .. second]);
        yield return ("one.zst", zstd.Wrap(s_plain).ToArray());
        yield return ("two.zst", [.. zstd.Wrap(s_plain.AsSpan(0, 1000)), .. new byte[] { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4 }, .. zstd.Wrap(s_plain.AsSpan(1000))]);
        yield return ("stored.gz", Gzip(s_plain, CompressionLevel.NoCompression));
    }

    public override string Run(byte[] input) => $"{Read(input, Compression.Gzip)} {Read(input, Compression.Zstd)}";

    private static string Read(byte[] input, Compression compression)
    {
        try
        {
            LayerReader.ReadAsync(new MemoryStream(input), compression, s_diffId, async (_, content) =>
            {
                if (content is not null) await content.CopyToAsync(Stream.Null);
            }, CancellationToken.None).GetAwaiter().GetResult();
            return "whole";
        }
        catch (BuildException e)
        {
            return e.InnerException?.GetType().Name + e.InnerException?.Message;
        }
    }

    private static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        var compressed = new MemoryStream();
        using (var stream = new GZipStream(compressed, level, leaveOpen: true)) stream.Write(bytes);
        return compressed.ToArray();
    }
}
