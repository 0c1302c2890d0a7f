using System.Formats.Tar;
using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>An OCI archive, or what <c>docker save</c> writes, read in place: the tar is indexed once, nothing is unpacked.</summary>
public sealed class ImageArchive : IContentSource
{
    private const int MostEntries = 100_000;
    private const int MostImages = 1000;
    private const int LongestName = 256;

    // All documents that are made of a docker archive, which are held in memory.
    private const long MostMade = 16 << 20;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private readonly string _path;
    private readonly Dictionary<string, (long Offset, long Length)> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, byte[]> _made = [];
    private readonly Dictionary<Digest, string> _blobs = [];
    private readonly Dictionary<string, (byte[] Json, IReadOnlyList<Digest> DiffIds)> _configs = new(StringComparer.Ordinal);
    private long _madeBytes;

    private ImageArchive(string path) => _path = path;

    /// <summary>Indexes the archive at an absolute path; throws MBK1204 when it is no plain tar.</summary>
    public static async Task<ImageArchive> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"The archive '{path}' does not exist. Check the path after 'oci-archive:' or 'docker-archive:'.");
        var archive = new ImageArchive(path);
        try
        {
            await archive.IndexAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokenArchive.Is(e) || e is IOException)
        {
            throw archive.Unreadable("it is not a plain tar (decompress it first)", e);
        }
        return archive;
    }

    /// <inheritdoc />
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) =>
        new(_made.TryGetValue(digest, out var bytes) ? bytes.Length : _blobs.TryGetValue(digest, out var name) ? _entries[name].Length : null);

    /// <inheritdoc />
    public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new(
        _made.TryGetValue(digest, out var bytes) ? new MemoryStream(bytes, writable: false)
        : _blobs.TryGetValue(digest, out var name) ? Open(_entries[name])
        : null);

    /// <summary>The image of a tag, or the only image; throws MBK1202 with the tags there are.</summary>
    public Descriptor FindImage(string? tag)
    {
        if (_entries.ContainsKey("index.json") || !_entries.ContainsKey("manifest.json")) return ImageLayout.Choose(ReadIndex(), tag, _path);
        var images = ReadDockerManifest().Where(i => tag is null || i.Tags.Any(t => t == tag || t.EndsWith(":" + tag, StringComparison.Ordinal))).ToList();
        if (images.Count == 1) return ReadDockerImage(images[0]);
        throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{_path}' holds {images.Count} images that fit: name one tag.");
    }

    /// <summary>What is in the archive; throws MBK1204 when it holds no images.</summary>
    public ImageIndex ReadIndex()
    {
        if (_entries.ContainsKey("index.json")) return ImageIndex.Parse(ReadSmall("index.json"));
        if (!_entries.ContainsKey("manifest.json")) throw Unreadable("it has neither index.json nor manifest.json");
        return new ImageIndex
        {
            MediaType = MediaTypes.DockerIndex,
            Manifests = [.. ReadDockerManifest().SelectMany(i => Name(ReadDockerImage(i), i.Tags))],
        };
    }

    private async Task IndexAsync(CancellationToken cancellationToken)
    {
        var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            var reader = new TarReader(new HeaderGuard(file));
            await using (reader.ConfigureAwait(false))
                for (var count = 0; await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry; count++)
                {
                    if (count == MostEntries) throw Unreadable($"it has more than {MostEntries} entries");
                    if (entry.Name.Length <= LongestName && entry.LinkName.Length <= LongestName) Index(entry);
                }
        }
    }

    private void Index(TarEntry entry)
    {
        var name = Plain(entry.Name);
        if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile) Index(name, entry.DataOffset, entry.Length);
        // 'docker save' of old writes a layer that two images share once, and a link to it.
        if (entry.EntryType is TarEntryType.SymbolicLink) _links[name] = Beside(name, entry.LinkName);
        if (entry.EntryType is TarEntryType.HardLink) _links[name] = Plain(entry.LinkName);
    }

    private static string Plain(string name) => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;

    // Links lead to other entries of the archive, never to files of this machine: a target that is no entry is just missing.
    private static string Beside(string name, string target)
    {
        var parts = new Stack<string>(name.Split('/')[..^1]);
        foreach (var part in target.Split('/'))
            if (part == "..") parts.TryPop(out _);
            else if (part is not ("." or "")) parts.Push(part);
        return string.Join('/', parts.Reverse());
    }

    private void Index(string name, long offset, long length)
    {
        // Which of two tells what is in the archive would depend on who reads it.
        if (name is "index.json" or "manifest.json" && _entries.ContainsKey(name)) throw Unreadable($"it has two files '{name}'");
        _entries[name] = (offset, length);
        if (name.StartsWith("blobs/", StringComparison.Ordinal) && Digest.TryParse(name[6..].Replace('/', ':'), out var digest)) _blobs[digest] = name;
    }

    // Layers of a docker archive are plain tars, so a layer's digest is the one that the configuration already tells.
    private Descriptor ReadDockerImage(DockerImage image)
    {
        var layers = image.Layers.Select(l => _links.GetValueOrDefault(Plain(l), Plain(l))).ToList();
        var (config, diffIds) = ReadConfig(Plain(image.Config));
        if (diffIds.Count != layers.Count) throw Unreadable("its layers and its configuration disagree");
        for (var i = 0; i < diffIds.Count; i++)
        {
            if (!_entries.ContainsKey(layers[i])) throw Unreadable($"the layer '{image.Layers[i]}' is missing");
            _blobs[diffIds[i]] = layers[i];
        }
        var manifest = OciJson.Write(new ImageManifest
        {
            MediaType = MediaTypes.DockerManifest,
            Config = Make(MediaTypes.DockerConfig, config),
            Layers = [.. diffIds.Select((d, i) => new Descriptor { MediaType = MediaTypes.DockerLayer, Digest = d, Size = _entries[layers[i]].Length })],
        });
        return Make(MediaTypes.DockerManifest, manifest);
    }

    private (byte[] Json, IReadOnlyList<Digest> DiffIds) ReadConfig(string name)
    {
        if (_configs.TryGetValue(name, out var known)) return known;
        var json = ReadSmall(name);
        return _configs[name] = (json, ImageConfig.Parse(json).RootFs.DiffIds);
    }

    private List<DockerImage> ReadDockerManifest()
    {
        try
        {
            using var document = JsonDocument.Parse(ReadSmall("manifest.json"), s_strict);
            if (document.RootElement.GetArrayLength() > MostImages) throw Unreadable($"it has more than {MostImages} images");
            return [.. document.RootElement.EnumerateArray()
                .Select(i => new DockerImage(i.GetProperty("Config").GetString() ?? "", Strings(i, "Layers"), Strings(i, "RepoTags")))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Unreadable("its manifest.json makes no sense", e);
        }
    }

    private static IEnumerable<Descriptor> Name(Descriptor image, IReadOnlyList<string> tags) => tags.Count == 0
        ? [image]
        : tags.Select(t => image with
        {
            Annotations = new Dictionary<string, string> { [AnnotationKeys.ContainerdImageName] = t, [AnnotationKeys.RefName] = t[(t.LastIndexOf(':') + 1)..] },
        });

    private static List<string> Strings(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(e => e.GetString() ?? "")] : [];

    private Descriptor Make(string mediaType, byte[] bytes)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        if (_made.TryAdd(descriptor.Digest, bytes)) _madeBytes += bytes.Length;
        return _madeBytes <= MostMade ? descriptor : throw Unreadable($"its manifests and configurations are larger than {MostMade >> 20} MiB");
    }

    private byte[] ReadSmall(string name)
    {
        if (!_entries.TryGetValue(name, out var entry)) throw Unreadable($"'{name}' is missing");
        if (entry.Length > OciJson.MaxDocumentSize) throw Unreadable($"'{name}' is larger than {OciJson.MaxDocumentSize} bytes");
        using var stream = Open(entry);
        var bytes = new byte[entry.Length];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : throw Unreadable("it is cut off");
    }

    private RangeStream Open((long Offset, long Length) entry) =>
        new(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 0), entry.Offset, entry.Length);

    private ContentException Unreadable(string why, Exception? inner = null) => new(
        ContentException.UnreadableImage, ErrorKind.Invalid, $"The archive '{_path}' cannot be used: {why}. Make it again.", inner);

    private sealed record DockerImage(string Config, IReadOnlyList<string> Layers, IReadOnlyList<string> Tags);
}
