using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>Finds the archives of a distribution: the request's mirrors, else the machine's own package sources (sources.list(5)).</summary>
internal static class AptSources
{
    /// <summary>At least one source; throws MBK1601 and MBK1602.</summary>
    public static IReadOnlyList<AptSource> Find(CompositionRequest request)
    {
        var codename = Codename(request.Distribution);
        var sources = request.Mirrors.Count > 0
            ? request.Mirrors.SelectMany(mirror => Explicit(mirror, codename))
            : Configured(request.AptDirectory).Where(s => IsSuiteOf(s.Suite, codename));
        var found = sources.DistinctBy(s => (s.Mirror, s.Suite)).ToList();
        if (found.Any(s => s.Suite == codename)) return found;
        throw new PackageException(PackageException.NoMirror, ErrorKind.FailedPrecondition,
            $"No package source for '{request.Distribution}' is known: '{request.AptDirectory}' names none. Set ContainerPackageMirror to the base URL of a Debian mirror.");
    }

    /// <summary>The part after <c>debian/</c>; throws MBK1601.</summary>
    public static string Codename(string distribution)
    {
        var parts = distribution.Split('/');
        if (parts is ["debian", { Length: > 0 } name] && name.All(c => char.IsAsciiLetterLower(c))) return name;
        throw new PackageException(PackageException.InvalidRequest, ErrorKind.Invalid,
            $"'{distribution}' is not a distribution that can be composed: set ContainerBaseDistribution to 'debian/' and a release's codename, such as 'debian/bookworm'.");
    }

    private static bool IsSuiteOf(string suite, string codename) =>
        suite == codename || suite == codename + "-updates" || suite == codename + "-security";

    // Debian's security archive is a tree of its own, so a mirror of it is told by its name.
    private static IEnumerable<AptSource> Explicit(string mirror, string codename)
    {
        var url = mirror.Trim().TrimEnd('/');
        if (!IsWeb(url))
            throw new PackageException(PackageException.InvalidRequest, ErrorKind.Invalid,
                $"'{mirror}' is not an http or https URL. Set ContainerPackageMirror to the base URL of a Debian mirror.");
        if (url.EndsWith("-security", StringComparison.Ordinal)) return [new(url, codename + "-security", ["main"], null)];
        return [new(url, codename, ["main"], null), new(url, codename + "-updates", ["main"], null)];
    }

    private static IEnumerable<AptSource> Configured(string directory)
    {
        var parts = Path.Combine(directory, "sources.list.d");
        var files = Directory.Exists(parts) ? Directory.GetFiles(parts).Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        foreach (var file in files.Prepend(Path.Combine(directory, "sources.list")).Where(File.Exists))
        {
            var found = Path.GetExtension(file) switch
            {
                ".list" => File.ReadLines(file).SelectMany(OneLine),
                ".sources" => Deb822(file),
                _ => [],
            };
            foreach (var source in found) yield return source;
        }
    }

    internal static IEnumerable<AptSource> OneLine(string line)
    {
        var text = line.Split('#')[0].Trim();
        string? signedBy = null;
        if (text.IndexOf('[') is >= 0 and var open && text.IndexOf(']') is var close && close > open)
        {
            signedBy = Words(text[(open + 1)..close]).FirstOrDefault(o => o.StartsWith("signed-by=", StringComparison.Ordinal))?[10..];
            text = text[..open] + text[(close + 1)..];
        }
        var words = Words(text);
        if (words.Length < 4 || words[0] != "deb" || !IsWeb(words[1])) return [];
        return [new AptSource(words[1].TrimEnd('/'), words[2], words[3..], signedBy)];
    }

    private static IEnumerable<AptSource> Deb822(string file)
    {
        using var reader = new StreamReader(file);
        foreach (var stanza in Stanza.Read(reader))
        {
            if (stanza["Enabled"] is { } enabled && enabled.ToLowerInvariant() is "no" or "false") continue;
            if (!Words(stanza["Types"]).Contains("deb")) continue;
            foreach (var url in Words(stanza["URIs"]).Where(IsWeb))
                foreach (var suite in Words(stanza["Suites"]))
                    yield return new AptSource(url.TrimEnd('/'), suite, Words(stanza["Components"]), SignedBy(stanza["Signed-By"]));
        }
    }

    // An embedded key writes its empty lines as a single dot.
    private static string? SignedBy(string? value) => value is null ? null
        : value.Contains("-----BEGIN", StringComparison.Ordinal) ? string.Join('\n', value.Split('\n').Select(l => l.Trim() == "." ? "" : l)).Trim() + "\n"
        : value.Trim();

    private static string[] Words(string? text) => text?.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static bool IsWeb(string url) =>
        url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
