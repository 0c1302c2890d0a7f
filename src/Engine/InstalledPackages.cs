using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Finds what package managers left in the tree of an image: the databases of dpkg and apk, and the dependencies that .NET applications list.</summary>
/// <remarks>What an image says of itself is not trusted to be small or well-formed: a database that cannot be read tells nothing, and the rest does.</remarks>
internal sealed class InstalledPackages(LocalContentStore store, ILayerProvider layers)
{
    private const long LargestFile = 64 << 20;

    /// <summary>Each package once, in order.</summary>
    public async Task<IReadOnlyList<SbomComponent>> FindAsync(LayerChain chain, CancellationToken cancellationToken)
    {
        var tree = await TreeReader.OpenAsync(chain.Layers, store, layers, cancellationToken).ConfigureAwait(false);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (tree.Names.Any(IsTold))
            await tree.ReadFilesAsync(async (entry, content) =>
            {
                if (IsTold(entry) && content is not null) files[entry.Path] = await ReadAsync(content, entry.Size, cancellationToken).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        var (system, release) = SystemOf(files);
        return [.. files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => Read(f.Key, f.Value, system, release))
            .DistinctBy(c => (c.Purl, c.Name, c.Version)).OrderBy(c => c.Purl, StringComparer.Ordinal)];
    }

    private static bool IsTold(TreeEntry entry) => entry.Type == TreeEntryType.File && entry.Size is > 0 and <= LargestFile
        && (IsRelease(entry.Path) || IsDpkg(entry.Path) || IsApk(entry.Path) || entry.Path.EndsWith(".deps.json", StringComparison.Ordinal));

    private static bool IsRelease(string path) => path is "etc/os-release" or "usr/lib/os-release";

    // Images without a package manager have a file for each package.
    private static bool IsDpkg(string path) => path == "var/lib/dpkg/status" || (path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !path.EndsWith(".md5sums", StringComparison.Ordinal));

    private static bool IsApk(string path) => path is "lib/apk/db/installed" or "usr/lib/apk/db/installed";

    private static async Task<byte[]> ReadAsync(Stream content, long size, CancellationToken cancellationToken)
    {
        var bytes = new byte[size];
        await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static IReadOnlyList<SbomComponent> Read(string path, byte[] content, string system, string release)
    {
        try
        {
            return IsDpkg(path) ? [.. Stanza.Read(Text(content)).Select(s => OfDpkg(s, system, release)).OfType<SbomComponent>()]
                : IsApk(path) ? [.. OfApk(Text(content), system, release)]
                : IsRelease(path) ? []
                : [.. OfDependencies(content)];
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            return [];
        }
    }

    private static StreamReader Text(byte[] content) => new(new MemoryStream(content, writable: false), Encoding.UTF8);

    private static (string System, string Release) SystemOf(Dictionary<string, byte[]> files)
    {
        var lines = files.Where(f => IsRelease(f.Key)).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => Encoding.UTF8.GetString(f.Value).Split('\n')).FirstOrDefault() ?? [];
        string? Find(string key) => lines.FirstOrDefault(l => l.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].Trim().Trim('"', '\'');
        return (Find("ID") is { Length: > 0 } id ? id : "linux", Find("VERSION_ID") ?? "");
    }

    // What was removed and left its configuration behind is not there.
    private static SbomComponent? OfDpkg(Stanza stanza, string system, string release)
    {
        if (stanza["Package"] is not { Length: > 0 } name || stanza["Version"] is not { Length: > 0 } version) return null;
        if (stanza["Status"] is { } status && !status.EndsWith(" installed", StringComparison.Ordinal)) return null;
        return new SbomComponent(name, version, PackageUrl.OfSystem("deb", system, name, version, stanza["Architecture"] ?? "", release), Supplier: stanza["Maintainer"]);
    }

    private static IEnumerable<SbomComponent> OfApk(TextReader reader, string system, string release)
    {
        var fields = new Dictionary<char, string>();
        foreach (var line in BoundedLines.Read(reader).Append(""))
        {
            if (line.Length > 2 && line[1] == ':') fields[line[0]] = line[2..];
            if (line.Length > 0) continue;
            if (fields.TryGetValue('P', out var name) && fields.TryGetValue('V', out var version))
                yield return new SbomComponent(name, version, PackageUrl.OfSystem("apk", system, name, version, fields.GetValueOrDefault('A', ""), release), fields.GetValueOrDefault('L'));
            fields.Clear();
        }
    }

    private static IEnumerable<SbomComponent> OfDependencies(byte[] content)
    {
        using var document = JsonDocument.Parse(content);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("libraries", out var libraries) || libraries.ValueKind != JsonValueKind.Object) yield break;
        foreach (var library in libraries.EnumerateObject())
            if (library.Name.Split('/') is [var name, var version] && library.Value.ValueKind == JsonValueKind.Object
                && library.Value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("package"))
                yield return new SbomComponent(name, version, PackageUrl.OfNuGet(name, version));
    }
}
