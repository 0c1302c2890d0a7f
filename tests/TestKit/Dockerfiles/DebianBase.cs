using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Registry;
using ZstdSharp;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>Debian with what the real Dockerfiles use: compilers, interpreters and a web server, in one layer.</summary>
public static class DebianBase
{
    private const string Suite = "bookworm";

    private static readonly string[] s_packages =
        ["ca-certificates", "curl", "gcc", "libc6-dev", "libicu72", "libssl3", "libstdc++6", "make", "nginx-light", "nodejs", "passwd", "python3-minimal", "python3-venv", "zlib1g"];

    /// <summary>Puts the image into a repository, as <c>1</c>. Its tree is made unless the cache has it, which takes minutes and asks the package mirrors.</summary>
    public static async Task PutAsync(RegistryRepositoryState repository)
    {
        var packed = await File.ReadAllBytesAsync(await MakeAsync());
        using var plain = new DecompressionStream(new MemoryStream(packed));
        var document = $$$"""
            {"os":"linux","architecture":"amd64","created":"2023-01-01T00:00:00Z","config":{"Env":["{{{BusyboxBase.Path}}}"],"WorkingDir":"/"},
            "rootfs":{"type":"layers","diff_ids":["sha256:{{{Convert.ToHexStringLower(await SHA256.HashDataAsync(plain))}}}"]}}
            """;
        var manifest = new ImageManifest { Config = repository.Add(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(document)), Layers = [repository.Add(MediaTypes.OciLayerZstd, packed)] };
        repository.AddManifest(MediaTypes.OciManifest, OciJson.Write(manifest), "1");
    }

    private static async Task<string> MakeAsync()
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(',', s_packages))))[..12];
        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "msbuildkit-tests");
        var path = Path.Combine(Directory.CreateDirectory(cache).FullName, $"debian-{key}.tar.zst");
        if (File.Exists(path)) return path;
        var part = Path.Combine(cache, "part-" + Path.GetFileName(path));
        string[] without = [.. new[] { "doc", "man", "locale" }.Select(f => $"--dpkgopt=path-exclude=/usr/share/{f}/*")];
        var line = (string[])["--variant=essential", "--include=" + string.Join(',', s_packages), .. without, Suite, part];
        (await Command.RunAsync(RealTool.Find("mmdebstrap"), line, environment: new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = "1700000000" }, timeout: TimeSpan.FromMinutes(9))).Succeeded();
        File.Move(part, path, overwrite: true);
        return path;
    }
}
