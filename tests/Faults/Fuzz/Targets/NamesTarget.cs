using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Digests, platforms and media types: what is read and printed is the same when it is read again, and never more than one name of a
/// path.</summary>
internal sealed class NamesTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => ["sha256:", "sha512:", "md5:", new string('0', 64), new string('f', 128), "linux", "x86_64", "aarch64", "armhf", "arm", "v7", "v8", "macos", ".nondistributable", "+gzip", "../"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["sha256"] = Digest.Of("a"u8).ToString(), ["sha512"] = "sha512:" + new string('a', 128), ["platform"] = "linux/arm64/v8", ["alias"] = "Linux/x86_64", ["arm"] = "linux/arm", ["layer"] = MediaTypes.OciLayerZstd, ["foreign"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var text = Text(input);
        var compression = MediaTypes.LayerCompression(text);
        if (Digest.TryParse(text, out var digest))
        {
            Require(digest.ToString() == text && $"{digest.Algorithm}:{digest.Hex}" == text, $"'{text}' reads as '{digest}'");
            Require(digest.Hex.All(char.IsAsciiHexDigitLower), $"'{text}' is no name of a file");
        }
        var platform = Platform.Parse(text);
        Require(Platform.Parse(platform.ToString()) == platform && platform.Normalize() == platform && platform.Matches(platform), $"'{platform}' is not itself");
        Require(!platform.ToString().Split('/').Any(p => p is "" or "." or ".."), $"'{platform}' climbs");
        return $"{compression} {digest.IsEmpty} {platform.Variant is null}";
    }
}
