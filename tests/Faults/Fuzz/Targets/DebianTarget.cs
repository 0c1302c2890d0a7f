using System.Text;
using MsBuildKit.Engine.Packages;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Debian's indexes of packages: stanzas, relations and versions. Versions have one order, and a stanza that is printed reads the
/// same.</summary>
internal sealed class DebianTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => ["Package: ", "Version: ", "Depends: ", "Pre-Depends: ", "Provides: ", "Conflicts: ", "(>= 1)", "(<<", "(=)", "()", "|", ", ", ":any", "[amd64]", "<!nocheck>", "~", "-1", "1:", "+b1", "\n ", "\n\n", "\n.\n", "libc6", "base-files"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["index"] = """
            Package: base-files
            Version: 12.4+deb12u5
            Architecture: amd64
            Pre-Depends: awk
            Filename: pool/b.deb
            Size: 70
            SHA256: aa

            Package: libc6
            Source: glibc (2.36-9)
            Version: 1:2.36-9+deb12u9~rc1
            Architecture: amd64
            Multi-Arch: same
            Depends: libgcc-s1 (>= 3.0) | libgcc1:any (<< 1:2), libcrypt1 [amd64]
            Provides: libc-dev (= 2.36), libx
            Breaks: old (<= 1)
            Description: a library
             of many lines
             .
             the end

            """,
        ["cycle"] = "Package: base-files\nVersion: 1\nArchitecture: amd64\nDepends: libc6\n\nPackage: libc6\nVersion: 1\nArchitecture: amd64\nDepends: base-files | x\nConflicts: y\n",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        using var reader = new StringReader(text);
        var stanzas = Stanza.Read(reader).ToList();
        foreach (var stanza in stanzas.Take(20)) RequirePrintable(stanza);
        var packages = stanzas.Select(s => IndexedPackage.From(s, "stable")).ToList();
        foreach (var (a, b) in packages.Zip(packages.Skip(1)).Take(20))
            Require(Math.Sign(DebianVersion.Compare(a.Version, b.Version)) == -Math.Sign(DebianVersion.Compare(b.Version, a.Version)) && DebianVersion.Compare(a.Version, a.Version) == 0, $"'{a.Version}' and '{b.Version}' have no order");
        var index = new PackageIndex(packages);
        foreach (var relation in packages.SelectMany(p => p.Depends).SelectMany(g => g).Take(50)) _ = (index.Candidates(relation).Take(5).Count(), relation.ToString());
        return $"{stanzas.Count} {new PackageResolver(index).Resolve(["base-files", "libc6"]).Count}";
    }

    private static void RequirePrintable(Stanza stanza)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in stanza.Fields) text.Append(key).Append(": ").Append(value.Replace("\n", "\n ", StringComparison.Ordinal)).Append('\n');
        using var reader = new StringReader(text.ToString());
        var again = Stanza.Read(reader).ToList();
        Require(stanza.Fields.Count == 0 || (again is [var one] && one.Fields.Count == stanza.Fields.Count), "a stanza that was printed reads as another");
    }
}
