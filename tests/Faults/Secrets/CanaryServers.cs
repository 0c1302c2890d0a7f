using System.IO.Compression;
using System.Text;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Registry;
using MsBuildKit.TestKit.Secrets;
using MsBuildKit.TestKit.Web;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Secrets;

/// <summary>All that a build talks to: four registries that want a secret each, a mirror of packages, and a source of NuGet packages.</summary>
internal sealed class CanaryServers : IAsyncDisposable
{
    /// <summary>The name of every account.</summary>
    public const string User = "builder";

    /// <summary>The only package of the mirror, and that of the package source.</summary>
    public const string Package = "canaries";

    private CanaryServers(TestRegistry[] registries, FileServer files, byte[] agent)
    {
        (Registries, Files) = (registries, files);
        Deb = TestKit.Archives.Deb.Of(StepBed.Busybox(("agent", agent)), control: $"Package: {Package}\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: none\n");
    }

    /// <summary>With a password in Docker's configuration, one from a helper, one in variables, and with tokens.</summary>
    public IReadOnlyList<TestRegistry> Registries { get; }

    public FileServer Files { get; }

    /// <summary>The package that the base is made of: busybox, and a client of SSH agents.</summary>
    public byte[] Deb { get; }

    public static async Task<CanaryServers> StartAsync(CanarySet secrets)
    {
        var registries = new List<TestRegistry>();
        foreach (var access in (RegistryAccess[])
            [
                new BasicAccess(User, secrets.DockerPassword), new BasicAccess(User, secrets.HelperPassword), new BasicAccess(User, secrets.VariablePassword),
                new TokenAccess(User, "nobody's") { RefreshToken = secrets.RefreshToken, Prefix = secrets.TokenPrefix },
            ])
        {
            registries.Add(await TestRegistry.StartAsync());
            registries[^1].Access = access;
        }
        using var folder = new TempFolder("agent");
        await NativeProgram.CompileAsync("Secrets/agent.c", folder["agent"]);
        var servers = new CanaryServers([.. registries], await FileServer.StartAsync(), await File.ReadAllBytesAsync(folder["agent"]));
        servers.Files.Put($"/debian/pool/{Package}.deb", servers.Deb);
        servers.ServePackage(secrets.Feed);
        return servers;
    }

    /// <summary>The secrets in what was pushed.</summary>
    public IEnumerable<SecretHit> Hunt(SecretHunt hunt) =>
        Registries.SelectMany(r => r["app"].Blobs.Values.Concat(r["app"].Manifests.Values.Select(m => m.Bytes)).SelectMany(bytes => hunt.Find("a registry", bytes)));

    public async ValueTask DisposeAsync()
    {
        foreach (var registry in Registries) await registry.DisposeAsync();
        await Files.DisposeAsync();
    }

    private void ServePackage(string password)
    {
        var resource = $$"""{ "@id": "http://{{Files.Host}}/nuget/flat/", "@type": "PackageBaseAddress/3.0.0" }""";
        Put("index.json", Encoding.UTF8.GetBytes($$"""{ "version": "3.0.0", "resources": [ {{resource}} ] }"""));
        Put($"flat/{Package}/index.json", """{ "versions": [ "1.0.0" ] }"""u8.ToArray());
        Put($"flat/{Package}/1.0.0/{Package}.1.0.0.nupkg", Nupkg());

        void Put(string path, byte[] bytes) => Files.Put("/nuget/" + path, bytes, User, password);
    }

    private static byte[] Nupkg()
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using (var text = new StreamWriter(zip.CreateEntry($"{Package}.nuspec").Open()))
                text.Write($"""<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{Package}</id><version>1.0.0</version><authors>tests</authors><description>Of a test.</description></metadata></package>""");
            using var content = new StreamWriter(zip.CreateEntry("lib/net8.0/_._").Open());
        }
        return bytes.ToArray();
    }
}
