using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Packages;

/// <summary>Real packages from the machine's own sources.</summary>
public sealed class PackageComposerTests : IDisposable
{
    private readonly TempFolder _folder = new("compose");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task ComposeAsync_RealPackages_DpkgSeesThemAndTheyRun(string platform)
    {
        if (!File.Exists("/etc/apt/sources.list") && !Directory.Exists("/etc/apt/sources.list.d")) RealTool.Missing("This machine has no package sources.");
        await using var store = new LocalContentStore(_folder["store"]);
        using var http = PackageComposer.CreateClient();
        var composer = new PackageComposer(
            store, new FileCacheIndex(_folder["store/index"], TimeProvider.System), new KeyLocks(_folder["store/locks"]), http, TimeProvider.System);
        var request = new CompositionRequest
        {
            Distribution = "debian/bookworm", Platform = Platform.Parse(platform), CheckValidUntil = false, LockFile = _folder["lock.json"],
            Packages = ["libicu72", "ca-certificates", "tzdata", "libssl3", "dash", "openssl", "apt", "dpkg", "coreutils", "diffutils", "libc-bin", "tar"],
        };

        var first = await composer.ComposeAsync(request, default);
        var again = await composer.ComposeAsync(request, default);

        Assert.Equal(first.Manifest.Digest, again.Manifest.Digest);
        var manifest = ImageManifest.Parse(File.ReadAllBytes(store.PathOf(first.Manifest.Digest)));
        var root = _folder["root"];
        Directory.CreateDirectory(root);
        (await Command.RunAsync("tar", ["-xzf", store.PathOf(manifest.Layers[0].Digest), "-C", root])).Succeeded();
        var list = (await Command.RunAsync(RealTool.Find("dpkg-query"), ["--admindir", root + "/var/lib/dpkg", "-W", "-f", "${db:Status-Abbrev}${Package}\n"])).Succeeded();
        Assert.Equal(first.Packages.Select(p => "ii " + p.Name).Order(StringComparer.Ordinal), list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal("", (await Command.RunAsync("dpkg", ["--root", root, "--verify"])).Succeeded().All);
        await VerifyCertificatesAsync(root);
        if (platform == "linux/amd64" && Environment.IsPrivilegedProcess)
        {
            // What was left out on purpose is not missed: else apt would install nothing more.
            (await Command.RunAsync("chroot", [root, "/bin/sh", "-c", "apt-get check && dpkg --audit"])).Succeeded();
            Assert.Contains("OpenSSL 3", (await Command.RunAsync("chroot", [root, "/bin/sh", "-c", "openssl version"])).Succeeded().Output, StringComparison.Ordinal);
        }
    }

    private static async Task VerifyCertificatesAsync(string root)
    {
        var certificates = root + "/usr/share/ca-certificates/mozilla";
        var files = Directory.GetFiles(certificates, "*.crt");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var hash = (await Command.RunAsync(RealTool.Find("openssl"), ["x509", "-noout", "-hash", "-in", file])).Succeeded().Output.Trim();
            Assert.Contains(Directory.GetFiles(root + "/etc/ssl/certs", hash + ".*"),
                l => new FileInfo(l).LinkTarget == Path.GetFileNameWithoutExtension(file) + ".pem");
        }
        (await Command.RunAsync("openssl", ["verify", "-CAfile", root + "/etc/ssl/certs/ca-certificates.crt", files[0]])).Succeeded();
    }
}
