using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Tests;

/// <summary>The house: a room uses only rooms on lower floors, and each error code is explained.</summary>
public sealed partial class RoomTests
{
    private static readonly string s_root = FindRoot();

    private static readonly Dictionary<string, int> s_floors = new()
    {
        ["Diagnostics"] = 0, ["Oci"] = 0,
        ["Content"] = 1, ["Llb"] = 1,
        ["Distribution"] = 2, ["Snapshots"] = 2, ["Solving"] = 2, ["Sessions"] = 2,
        ["Packages"] = 3, ["Frontends"] = 3, ["Workers"] = 3, ["Caching"] = 3, ["Exporters"] = 3, ["Attestations"] = 3,
    };

    [Fact]
    public void EveryRoom_UsesOnlyLowerFloors()
    {
        var faults = new List<string>();
        foreach (var file in Sources())
        {
            var room = Path.GetRelativePath(Path.Combine(s_root, "src/Engine"), file).Split('/')[0];
            if (room.EndsWith(".cs", StringComparison.Ordinal)) continue;
            if (!s_floors.TryGetValue(room, out var floor))
            {
                faults.Add($"{file}: '{room}' is no room of the house");
                continue;
            }
            foreach (Match use in UsedRoom().Matches(File.ReadAllText(file)))
            {
                var used = use.Groups[1].Value;
                var allowed = used == room || (s_floors.TryGetValue(used, out var f) && (f < floor || (used == "Diagnostics" && room != "Diagnostics")));
                if (!allowed) faults.Add($"{file}: '{room}' uses '{used}'");
            }
        }
        Assert.Empty(faults);
    }

    [Fact]
    public void EveryErrorCode_HasAHeadingInTheDocs()
    {
        var documented = File.ReadAllLines(Path.Combine(s_root, "docs/errors.md"))
            .Where(l => l.StartsWith("### MBK", StringComparison.Ordinal)).Select(l => l[4..].Trim()).ToList();
        var used = Directory.EnumerateFiles(Path.Combine(s_root, "src"), "*.*", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/") && Path.GetExtension(f) is ".cs" or ".targets" or ".props")
            .SelectMany(f => Code().Matches(File.ReadAllText(f)).Select(m => m.Value)).ToHashSet();

        Assert.Empty(used.Except(documented));
        Assert.Empty(documented.Except(used));
        Assert.Equal(documented.Count, documented.Distinct().Count());
    }

    // CVE-2026-45491: what .NET unpacks by itself follows links. Nothing of ours lets it.
    [Fact]
    public void C12_NothingOfOurs_LetsTheFrameworkUnpackArchives()
    {
        var files = Directory.EnumerateFiles(Path.Combine(s_root, "src"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/") && !f.Contains("/bin/")).ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, f => Unpacking().IsMatch(File.ReadAllText(f)));
    }

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(s_root, "src/Engine"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/"));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex(@"MsBuildKit\.Engine\.([A-Z]\w+)")]
    private static partial Regex UsedRoom();

    [GeneratedRegex(@"\bExtractTo(Directory|File)(Async)?\b")]
    private static partial Regex Unpacking();

    [GeneratedRegex(@"MBK[0-9]{4}")]
    private static partial Regex Code();
}
