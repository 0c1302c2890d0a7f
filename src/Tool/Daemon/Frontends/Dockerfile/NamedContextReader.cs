using System.Text.Json;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Build.Options;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Reads the attributes that name contexts: images, layouts, folders, graphs, repositories, addresses of web servers.</summary>
/// <param name="call">Has them.</param>
/// <param name="faults">Gets what is wrong with them.</param>
/// <param name="convert">What the source policy makes of an image's identifier: an image is one only as long as no rule makes something else of it.</param>
internal sealed class NamedContextReader(FrontendCall call, OptionFaults faults, Func<string, string> convert)
{
    private const int MostConversions = 10;

    /// <summary>What stands before a context's name.</summary>
    public const string Prefix = "context:";

    private const string Image = "docker-image://", Folder = "local://";

    private const string Metadata = "input-metadata:", Config = "containerimage.config";

    public Dictionary<string, BuildContext> Read()
    {
        var contexts = new Dictionary<string, BuildContext>(StringComparer.Ordinal);
        foreach (var (key, value) in call.Attributes.Where(a => a.Key.StartsWith(Prefix, StringComparison.Ordinal)))
            if (Read(key, key[Prefix.Length..], value) is { } context) contexts[key[Prefix.Length..]] = context;
        return contexts;
    }

    private BuildContext? Read(string key, string name, string value, int conversions = 0)
    {
        var parts = value.Split(':', 2);
        var rest = parts.Length == 2 ? parts[1] : "";
        return parts[0] switch
        {
            _ when parts.Length < 2 => Bad(key, $"'{value}' does not say what it is"),
            "docker-image" => ReadImage(key, name, rest, conversions),
            "oci-layout" => ReadLayout(key, name, rest),
            "local" => new FolderContext(rest) { SessionId = call.Attributes.GetValueOrDefault("local-sessionid:" + rest, ""), SharedKey = call.Attributes.GetValueOrDefault("sharedkey:localdir:" + name, "") },
            "input" => ReadInput(key, rest),
            "http" or "https" => IsGit(key, value, out var isFaulty) ? new GitContext(value) : isFaulty ? null : new HttpContext(value),
            var scheme when scheme == "git" || scheme.StartsWith("git@", StringComparison.Ordinal) => IsGit(key, value, out _) ? new GitContext(value) : null,
            var scheme => Bad(key, $"'{scheme}' is no kind of context that is known here"),
        };
    }

    private BuildContext? ReadImage(string key, string context, string text, int conversions)
    {
        var name = WithoutSlashes(text);
        if (name == "scratch") return new NoContext();
        if (!ImageReference.TryParse(name, out var reference, out var why)) return Bad(key, $"'{name}' names no image: {why}");
        var converted = convert(Image + reference);
        if (converted.StartsWith(Image, StringComparison.Ordinal)) return new ImageContext(reference!);
        return conversions < MostConversions ? Read(key, context, converted.StartsWith(Folder, StringComparison.Ordinal) ? $"local:{converted[Folder.Length..]}" : converted, conversions + 1)
            : Bad(key, $"'{name}' is made another source again and again by the policy");
    }

    // The graph names the image as the Dockerfile does: what the client calls its layout says nothing.
    private BuildContext? ReadLayout(string key, string context, string text)
    {
        var name = WithoutSlashes(text);
        var at = name.LastIndexOf('@');
        if (at <= 0 || !Digest.TryParse(name[(at + 1)..], out var digest)) return Bad(key, $"'{name}' has no digest");
        var store = name[..at];
        var isReference = ImageReference.TryParse($"{context.Split("::")[0]}@{digest}", out var reference, out _);
        return new LayoutContext(store.LastIndexOf(':') is var colon && colon > store.LastIndexOf('/') ? store[..colon] : store, Tag: null, digest) { Name = isReference ? reference!.ToString()[..^(digest.ToString().Length + 1)] : null };
    }

    private BuildContext? ReadInput(string key, string name)
    {
        if (!call.Inputs.TryGetValue(name, out var graph)) return Bad(key, $"there is no input '{name}'");
        try
        {
            var said = JsonSerializer.Deserialize<Dictionary<string, byte[]>>(call.Attributes.GetValueOrDefault(Metadata + name, "{}"));
            return new GraphContext(LlbState.Of(graph), said?.GetValueOrDefault(Config) is { } config ? ImageConfig.Parse(config) : null);
        }
        catch (JsonException e)
        {
            return Bad(Metadata + name, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is OciException or LlbException)
        {
            return Bad(key, e.Message.TrimEnd('.'));
        }
    }

    private bool IsGit(string key, string value, out bool isFaulty)
    {
        var isGit = GitReference.TryParse(value, out _, out var why);
        isFaulty = why is not null || (!isGit && !value.StartsWith("http", StringComparison.Ordinal));
        if (isFaulty) Bad(key, $"'{Engine.Diagnostics.SourceAddress.WithoutCredentials(value)}' is no address of git: {why ?? "it has no path"}");
        return isGit;
    }

    private BuildContext? Bad(string key, string why)
    {
        faults.Add(key, $"{why}. Write 'docker-image://NAME', 'oci-layout://STORE@DIGEST', 'local:NAME', 'input:NAME', or an address of git, http or https.");
        return null;
    }

    private static string WithoutSlashes(string text) => text.StartsWith("//", StringComparison.Ordinal) ? text[2..] : text;
}
