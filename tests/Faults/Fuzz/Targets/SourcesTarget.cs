using System.Text;
using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The machine's package sources, in both forms: what comes out is an address of the web and a suite of the distribution.</summary>
internal sealed class SourcesTarget : FuzzTarget
{
    private readonly TempFolder _folder = new("fuzz");

    public SourcesTarget() => Directory.CreateDirectory(_folder["sources.list.d"]);

    public override IReadOnlyList<string> Words => ["deb ", "deb-src ", "[signed-by=/k.gpg]", "[", "]", "http://", "https://", "file:/", "bookworm", "bookworm-updates", "main", "Types: deb\n", "URIs: ", "Suites: ", "Components: ", "Enabled: no\n", "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n", "#", "\t"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["line"] = "# comment\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib # more\ndeb-src http://x/ bookworm main\n",
        ["deb822"] = "Types: deb deb-src\nURIs: https://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\n -----END PGP PUBLIC KEY BLOCK-----\n",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        File.WriteAllBytes(_folder["sources.list"], input);
        File.WriteAllBytes(_folder["sources.list.d/a.sources"], input);
        foreach (var line in Encoding.UTF8.GetString(input).Split('\n')) _ = AptSources.OneLine(line).ToList();
        var found = AptSources.Find(new CompositionRequest { Distribution = "debian/bookworm", Platform = Engine.Oci.Platform.LinuxAmd64, AptDirectory = _folder.Path });
        Require(found.All(s => s.Mirror.StartsWith("http", StringComparison.OrdinalIgnoreCase) && s.Suite.StartsWith("bookworm", StringComparison.Ordinal)), "a source is none");
        return $"{found.Count} {found[0].Components.Count} {found[0].SignedBy?.Length > 20}";
    }

    public override void Dispose() => _folder.Dispose();
}
