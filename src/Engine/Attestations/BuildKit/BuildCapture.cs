using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>What went into a result from outside its graph, as BuildKit's provenance knows it (solver/llbsolver/provenance): each thing once.</summary>
public sealed class BuildCapture
{
    private readonly List<ImageMaterial> _images = [];
    private readonly List<BlobMaterial> _blobs = [];
    private readonly List<GitMaterial> _git = [];
    private readonly List<WebMaterial> _web = [];
    private readonly List<LentMaterial> _secrets = [], _agents = [];
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>Those that a digest alone names are left out where a tag that was resolved names the same.</summary>
    public IReadOnlyList<ImageMaterial> Images
    {
        get
        {
            var tagged = _images.Where(i => i.Reference.Digest is null).Select(i => i.TagName).ToHashSet(StringComparer.Ordinal);
            return [.. _images.Where(i => i.Reference.Digest is null || !tagged.Contains(i.TagName)).OrderBy(i => i.Reference.ToString(), StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<BlobMaterial> Blobs => [.. _blobs.OrderBy(b => b.Reference.ToString(), StringComparer.Ordinal)];

    public IReadOnlyList<GitMaterial> Git => [.. _git.OrderBy(g => g.Url, StringComparer.Ordinal)];

    public IReadOnlyList<WebMaterial> Web => [.. _web.OrderBy(w => w.Url, StringComparer.Ordinal)];

    /// <summary>Names of folders that the client lent.</summary>
    public IReadOnlyCollection<string> Folders => _folders;

    public IReadOnlyList<LentMaterial> Secrets => [.. _secrets.OrderBy(s => s.Id, StringComparer.Ordinal)];

    public IReadOnlyList<LentMaterial> Agents => [.. _agents.OrderBy(s => s.Id, StringComparer.Ordinal)];

    /// <summary>A step could reach the network.</summary>
    public bool HasNetwork { get; set; }

    /// <summary>Every source can be had again by what is said of it. What a client lends cannot.</summary>
    public bool IsComplete => _folders.Count == 0;

    public void Add(ImageMaterial image)
    {
        if (!_images.Exists(i => i.Reference.ToString() == image.Reference.ToString() && i.IsLayout == image.IsLayout && Same(i.Platform, image.Platform))) _images.Add(image);
    }

    public void Add(BlobMaterial blob)
    {
        var masked = blob with { Repository = blob.Repository is { } url ? MaskedAddress.Of(url) : null };
        if (!_blobs.Exists(b => b.Reference.ToString() == masked.Reference.ToString() && b.IsLayout == masked.IsLayout && b.Repository == masked.Repository)) _blobs.Add(masked);
    }

    public void Add(GitMaterial git)
    {
        var masked = git with { Url = MaskedAddress.Of(git.Url) };
        if (!_git.Exists(g => g.Url == masked.Url)) _git.Add(masked);
    }

    public void Add(WebMaterial file)
    {
        var masked = file with { Url = MaskedAddress.Of(file.Url) };
        if (!_web.Exists(w => w.Url == masked.Url)) _web.Add(masked);
    }

    public void AddFolder(string name) => _folders.Add(name);

    public void AddSecret(LentMaterial secret) => Add(_secrets, secret);

    public void AddAgent(LentMaterial agent) => Add(_agents, agent.Id.Length == 0 ? agent with { Id = "default" } : agent);

    /// <summary>Takes over what went into another result.</summary>
    public void Add(BuildCapture other)
    {
        foreach (var image in other._images) Add(image);
        foreach (var blob in other._blobs) Add(blob);
        foreach (var git in other._git) Add(git);
        foreach (var file in other._web) Add(file);
        foreach (var secret in other._secrets) AddSecret(secret);
        foreach (var agent in other._agents) AddAgent(agent);
        _folders.UnionWith(other._folders);
        HasNetwork |= other.HasNetwork;
    }

    // One step that cannot do without is enough.
    private static void Add(List<LentMaterial> known, LentMaterial lent)
    {
        var at = known.FindIndex(k => k.Id == lent.Id);
        if (at < 0) known.Add(lent);
        else if (!lent.IsOptional) known[at] = lent;
    }

    private static bool Same(Platform? one, Platform? other) => one is null || other is null
        ? one is null && other is null
        : (one.Os, one.Architecture, one.Variant, one.OsVersion) == (other.Os, other.Architecture, other.Variant, other.OsVersion);
}
