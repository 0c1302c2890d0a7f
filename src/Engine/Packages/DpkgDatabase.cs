using System.Text;

namespace MsBuildKit.Engine.Packages;

/// <summary>Writes dpkg's own record of what is installed, so that dpkg and scanners see the packages.</summary>
internal static class DpkgDatabase
{
    public static void Write(PackageTree tree, IReadOnlyList<(DebFile Package, IReadOnlyList<string> Names)> installed)
    {
        var status = new StringBuilder();
        foreach (var (package, names) in installed)
        {
            using var reader = new StringReader(package.Text("control"));
            var control = Stanza.Read(reader).FirstOrDefault() ?? throw DebFile.Unreadable(package.Name, "its control file is empty");
            Append(status, control);
            var name = control["Multi-Arch"] == "same" ? $"{control["Package"]}:{control["Architecture"]}" : control["Package"];
            var kept = names.ToHashSet(StringComparer.Ordinal);
            tree.Write($"var/lib/dpkg/info/{name}.list", string.Concat(names.Select(n => n + "\n")));
            var sums = package.Text("md5sums").Split('\n').Where(l => l.Length > 34 && kept.Contains("/" + l[34..]));
            if (package.Control.ContainsKey("md5sums")) tree.Write($"var/lib/dpkg/info/{name}.md5sums", string.Concat(sums.Select(l => l + "\n")));
            if (package.Control.TryGetValue("conffiles", out var conffiles)) tree.Write($"var/lib/dpkg/info/{name}.conffiles", conffiles);
        }
        tree.Write("var/lib/dpkg/status", status.ToString());
        tree.Write("var/lib/dpkg/available", "");
        tree.Write("var/lib/dpkg/info/format", "1\n");
    }

    private static void Append(StringBuilder status, Stanza control)
    {
        foreach (var (key, given) in control.Fields)
        {
            var value = key is "Depends" or "Pre-Depends" ? Kept(control["Package"] ?? "", given) : given;
            if (value.Length == 0 && given.Length > 0) continue;
            status.Append(key).Append(": ").Append(value.Replace("\n", "\n ", StringComparison.Ordinal)).Append('\n');
            if (key == "Package") status.Append("Status: install ok installed\n");
        }
        status.Append('\n');
    }

    // What was left out because only scripts need it must not be missed by apt, which would install nothing more before it is there.
    private static string Kept(string package, string groups) =>
        string.Join(", ", groups.Split(',', StringSplitOptions.TrimEntries).Where(g => !Relation.Parse(g).Any(r => ScriptRules.IsScriptOnly(package, r))));
}
