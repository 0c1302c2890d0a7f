using System.Globalization;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>The configuration of a stage's image while its instructions edit it.</summary>
internal sealed class ImageDraft
{
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const string Writer = "buildkit.dockerfile.v0";
    private static readonly string[] s_shell = ["/bin/sh", "-c"];

    private ImageConfig _image;

    private ImageDraft(ImageConfig image) => _image = image;

    public ContainerConfig Config => _image.Config!;

    /// <summary>The words that a shell command is appended to.</summary>
    public IReadOnlyList<string> Shell => Config.Shell is { Count: > 0 } shell ? shell : s_shell;

    /// <summary>Of nothing: the root for a folder, and a path.</summary>
    public static ImageDraft Empty(Platform platform) => new(new ImageConfig
    {
        Architecture = platform.Architecture, Os = platform.Os, Variant = platform.Variant, OsVersion = platform.OsVersion,
        Config = new ContainerConfig { WorkingDir = "/", Env = ["PATH=" + DefaultPath] },
    });

    /// <summary>Of an image. What no engine reads any more, such as the container that it was committed from, is not handed on.</summary>
    public static ImageDraft Of(ImageConfig image) => new(image with
    {
        Created = null,
        Unknown = image.Unknown?.Where(p => p.Key == "os.features").ToDictionary() is { Count: > 0 } known ? known : null,
        Config = (image.Config ?? new ContainerConfig()) with { Unknown = null },
    });

    public ImageDraft Copy() => new(_image);

    public void Edit(Func<ContainerConfig, ContainerConfig> edit) => _image = _image with { Config = edit(Config) };

    public void SetAuthor(string author) => _image = _image with { Author = author };

    /// <summary>Sets a variable where it stands, or adds it.</summary>
    public void SetVariable(string name, string value)
    {
        var pairs = (Config.Env ?? []).ToList();
        var at = pairs.FindIndex(p => p == name || p.StartsWith(name + "=", StringComparison.Ordinal));
        if (at < 0) pairs.Add($"{name}={value}");
        else pairs[at] = $"{name}={value}";
        Edit(c => c with { Env = pairs });
    }

    public void SetLabels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Config.Labels ?? new Dictionary<string, string>()) all[key] = value;
        foreach (var (key, value) in labels) all[key] = value;
        if (all.Count > 0) Edit(c => c with { Labels = all });
    }

    /// <summary>The set with more keys in it.</summary>
    public static SortedDictionary<string, EmptyObject> Union(SortedDictionary<string, EmptyObject>? set, IEnumerable<string> keys)
    {
        var union = new SortedDictionary<string, EmptyObject>(StringComparer.Ordinal);
        foreach (var key in (set?.Keys ?? Enumerable.Empty<string>()).Concat(keys)) union[key] = new EmptyObject();
        return union;
    }

    /// <summary>An entry of the history.</summary>
    public void Record(string createdBy, string time, bool hasLayer)
    {
        var entry = new HistoryEntry { Created = time, CreatedBy = createdBy, Comment = Writer, EmptyLayer = !hasLayer };
        _image = _image with { History = [.. _image.History ?? [], entry] };
    }

    /// <summary>The configuration, of a platform and a time.</summary>
    public ImageConfig Finish(Platform platform, string time)
    {
        var isSame = platform.Os == _image.Os && platform.Architecture == _image.Architecture;
        return _image with
        {
            Created = time, Os = platform.Os, Architecture = platform.Architecture,
            Variant = platform.Variant is not null || !isSame ? platform.Variant : _image.Variant,
            OsVersion = platform.OsVersion is not null || !isSame ? platform.OsVersion : _image.OsVersion,
        };
    }

    /// <summary>Seconds since 1970 as images write times.</summary>
    public static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
