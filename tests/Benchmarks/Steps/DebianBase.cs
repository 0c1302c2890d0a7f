using System.Text.Json;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>The base of all: Debian without anything that is not essential, one layer of gzip.</summary>
/// <param name="Reference">In the registry.</param>
/// <param name="Blob">The layer's file.</param>
/// <param name="Digest">The layer's.</param>
/// <param name="DiffId">The layer's.</param>
/// <param name="Tar">The tree, plain.</param>
internal sealed record DebianBase(string Reference, string Blob, string Digest, string DiffId, string Tar)
{
    /// <summary>Makes the tree unless <paramref name="cache"/> has it already, which takes minutes and asks the package mirrors.</summary>
    public static async Task<DebianBase> PushAsync(string cache, string layout, string registry)
    {
        var tar = Path.Combine(Directory.CreateDirectory(cache).FullName, "debian.tar");
        if (!File.Exists(tar))
        {
            await new MeasuredCommand("mmdebstrap", ["--variant=minbase", "--format=tar", "bookworm", tar + ".part"]) { Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = "1700000000" } }.RunAsync();
            File.Move(tar + ".part", tar);
        }
        var reference = $"{registry}/debian:1";
        var command = $$"""
            umoci init --layout {{layout}} && umoci new --image {{layout}}:1
            umoci raw add-layer --image {{layout}}:1 {{tar}}
            umoci config --image {{layout}}:1 --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
            skopeo copy --dest-tls-verify=false oci:{{layout}}:1 docker://{{reference}}
            chmod -R a+rX {{layout}}
            """;
        await new MeasuredCommand("bash", ["-euc", command]).RunAsync();
        using var index = Read(Path.Combine(layout, "index.json"));
        using var manifest = Read(BlobOf(layout, DigestOf(index.RootElement.GetProperty("manifests")[0])));
        using var config = Read(BlobOf(layout, DigestOf(manifest.RootElement.GetProperty("config"))));
        var digest = DigestOf(manifest.RootElement.GetProperty("layers")[0]);
        return new DebianBase(reference, BlobOf(layout, digest), digest, config.RootElement.GetProperty("rootfs").GetProperty("diff_ids")[0].GetString()!, tar);
    }

    private static JsonDocument Read(string path) => JsonDocument.Parse(File.ReadAllBytes(path));

    private static string DigestOf(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;

    private static string BlobOf(string layout, string digest) => Path.Combine(layout, "blobs", digest.Replace(':', '/'));
}
