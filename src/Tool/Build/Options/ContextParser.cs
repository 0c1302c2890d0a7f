using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads the context and <c>--build-context</c>: folders, repositories, addresses of web servers, images.</summary>
internal sealed class ContextParser(string currentDirectory, OptionFaults faults)
{
    /// <summary>The name that the context's folder is lent under.</summary>
    public const string MainFolder = "context";

    private const string Option = "--build-context", Image = "docker-image://", Layout = "oci-layout://";

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal), _layouts = new(StringComparer.Ordinal);

    /// <summary>Absolute paths of what is lent, by name.</summary>
    public IReadOnlyDictionary<string, string> Folders => _folders;

    public IReadOnlyDictionary<string, string> Layouts => _layouts;

    /// <summary>The context itself; <c>null</c> for standard input, and after telling what is wrong.</summary>
    public BuildContext? ParseMain(string text)
    {
        if (text == "-") return null;
        if (FindFolder(text) is { } folder) return Lend(MainFolder, folder);
        if (FindRemote("CONTEXT", text, out var isFaulty) is var remote && (remote is not null || isFaulty)) return remote;
        faults.Add("CONTEXT", $"'{text}' is neither a folder that is there, nor an address of git, http or https, nor '-' for standard input. Write one of them; '.' is this folder.");
        return null;
    }

    public Dictionary<string, BuildContext> ParseNamed(IEnumerable<string> texts)
    {
        var contexts = new Dictionary<string, BuildContext>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0) faults.Add(Option, $"'{text}' is no NAME=VALUE. Write the name that the Dockerfile uses, '=' and a folder, an address or an image.");
            else if (ParseNamed(parts[0].ToLowerInvariant(), parts[1], text) is { } context && !contexts.TryAdd(parts[0].ToLowerInvariant(), context)) faults.Add(Option, $"'{text}' is the second of the name '{parts[0]}'. Keep one.");
        }
        return contexts;
    }

    private BuildContext? ParseNamed(string name, string value, string text)
    {
        if (value.StartsWith(Image, StringComparison.Ordinal))
        {
            if (ImageReference.TryParse(value[Image.Length..], out var reference, out var why)) return new ImageContext(reference!);
            faults.Add(Option, $"'{text}' names no image: {why}. Write 'docker-image://registry/repository:tag'.");
            return null;
        }
        if (value.StartsWith(Layout, StringComparison.Ordinal)) return ParseLayout(name, value[Layout.Length..], text);
        if (FindFolder(value) is { } folder) return Lend($"{MainFolder}:{name}", folder);
        if (FindRemote(Option, value, out var isFaulty) is var remote && (remote is not null || isFaulty)) return remote;
        faults.Add(Option, $"'{text}' names no folder that is there. Write the path of one, an address of git, http or https, 'docker-image://' and a name, or 'oci-layout://' and a path.");
        return null;
    }

    private LayoutContext? ParseLayout(string name, string value, string text)
    {
        Digest? digest = null;
        if (value.LastIndexOf('@') is > 0 and var at)
        {
            if (!Digest.TryParse(value[(at + 1)..], out var parsed))
            {
                faults.Add(Option, $"'{text}' has no digest after '@'. Write 'oci-layout://PATH@sha256:...', or leave it out.");
                return null;
            }
            (digest, value) = (parsed, value[..at]);
        }
        var colon = value.LastIndexOf(':');
        var tag = colon > value.LastIndexOf('/') ? value[(colon + 1)..] : null;
        var path = Path.GetFullPath(tag is null ? value : value[..colon], currentDirectory);
        if (!Directory.Exists(path) && !File.Exists(path)) faults.Add(Option, $"'{text}' names no layout that is there. Write the path of a layout's folder or of an archive after 'oci-layout://'.");
        else if (tag is not null && !ImageReference.IsTag(tag)) faults.Add(Option, $"'{text}' has the tag '{tag}', which is none. Write 'oci-layout://PATH:TAG'.");
        else return LendLayout(name, path, tag, digest);
        return null;
    }

    private LayoutContext LendLayout(string name, string path, string? tag, Digest? digest)
    {
        _layouts[name] = path;
        return new LayoutContext(name, tag, digest);
    }

    private FolderContext Lend(string name, string folder)
    {
        _folders[name] = folder;
        return new FolderContext(name);
    }

    private string? FindFolder(string text) => text.Length > 0 && Path.GetFullPath(text, currentDirectory) is var path && Directory.Exists(path) ? path : null;

    private BuildContext? FindRemote(string option, string text, out bool isFaulty)
    {
        var isGit = GitReference.TryParse(text, out _, out var fault);
        isFaulty = fault is not null;
        if (isFaulty) faults.Add(option, $"'{text}' is an address of git with a mistake: {fault}. Write 'URL#REF:FOLDER'.");
        if (isGit) return new GitContext(text);
        return !isFaulty && GitAddress.Parse(text)?.Scheme is "http" or "https" ? new HttpContext(text) : null;
    }
}
