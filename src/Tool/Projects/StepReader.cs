using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;
using MsBuildKit.Engine.Frontends.Dockerfile.Writing;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Tool.Projects;

/// <summary>Reads <c>ContainerRun</c>.</summary>
/// <param name="folder">Of the project, absolute.</param>
/// <param name="context">What the Dockerfile copies of.</param>
/// <param name="contexts">How steps name each <c>ContainerContext</c>.</param>
/// <param name="platforms">That the image is made for.</param>
/// <param name="faults">Hears what makes no sense.</param>
internal sealed class StepReader(string folder, ContextFolder context, IReadOnlyDictionary<string, string> contexts, IReadOnlyList<string> platforms, RecipeFaults faults)
{
    private const string Item = "ContainerRun", ScriptFolder = "/run/msbuildkit/";

    /// <summary>The step, or <c>null</c> when it is for other platforms, or makes no sense.</summary>
    public RecipeStep? Read(ProjectItem item)
    {
        var wanted = item.List("Platform").Select(ImagePlatforms.Of).ToList();
        if (wanted.Contains(null)) faults.Add(Item, $"Platform of '{item.Name}' has one that is none. Write a runtime identifier such as linux-x64.");
        var own = platforms.Where(p => wanted.Count == 0 || wanted.Contains(p)).ToList();
        var (command, script) = What(item);
        if (own.Count == 0 || command is null || faults.Checked(Item, item.Name, RecipeFaults.Id()) is null) return null;
        return new RecipeStep
        {
            Name = item.Name,
            Command = command,
            Stage = item.Text("Stage").Equals("App", StringComparison.OrdinalIgnoreCase) ? StepStage.App : StepStage.Base,
            User = faults.Checked(Item, item.Text("User"), RecipeFaults.User()) ?? "",
            WorkingDirectory = faults.Checked(Item, item.Text("WorkingDirectory"), RecipeFaults.AbsolutePath()),
            Environment = [.. Environment(item)],
            Mounts = [.. script is null ? Array.Empty<StepMount>() : [script], .. Caches(item), .. Memory(item), .. Binds(item)],
            Secrets = [.. Secrets(item)],
            Ssh = [.. item.List("Ssh").Distinct().Where(id => faults.Checked(Item, id, RecipeFaults.Id()) is not null)],
            Network = item.Text("Network").ToLowerInvariant() switch { "none" => StepNetwork.None, "host" => StepNetwork.Host, _ => StepNetwork.Default },
            Platforms = own.Count == platforms.Count ? [] : own,
        };
    }

    private (string?, RecipeBind?) What(ProjectItem item)
    {
        if (item.Text("Script") is not { Length: > 0 } given)
        {
            if (item.Text("Command").Trim() is { Length: > 0 } command) return (command, null);
            faults.Add(Item, $"'{item.Name}' has neither Command nor Script. Give it one of the two.");
            return (null, null);
        }
        var path = Path.GetFullPath(given, folder);
        var first = File.Exists(path) ? File.ReadLines(path).FirstOrDefault() ?? "" : "";
        var target = ScriptFolder + Path.GetFileName(path);
        // By the program that the first line names, so that it runs where a checkout lost its mode.
        if (first.StartsWith("#!/", StringComparison.Ordinal)) return ($"{first[2..].Trim()} {DockerfileWords.Shell(target)}", new RecipeBind(target, context.PathOf(path), null, Writable: false));
        faults.Add(Item, $"Script '{given}' of '{item.Name}' is not there, or does not say in its first line what runs it.");
        return (null, null);
    }

    // MSBuild hands out values with their escapes undone: what begins no variable belongs to the one before.
    private IEnumerable<KeyValuePair<string, string>> Environment(ProjectItem item)
    {
        var found = new List<KeyValuePair<string, string>>();
        foreach (var text in item.Text("Environment").Split(';'))
            if (text.Trim() is var word && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && RecipeFaults.Variable().IsMatch(word[..equals])) found.Add(new(word[..equals], word[(equals + 1)..]));
            else if (found.Count > 0 && text.Trim().Length > 0) found[^1] = new(found[^1].Key, $"{found[^1].Value};{text.TrimEnd()}");
        return found;
    }

    private IEnumerable<StepCache> Caches(ProjectItem item)
    {
        foreach (var (target, words) in item.List("CacheMounts").Select(Words))
            if (Target(target) is { } path)
                yield return new StepCache(path, words.GetValueOrDefault("id") ?? path, words.GetValueOrDefault("sharing")?.ToLowerInvariant() switch { "private" => StepSharing.Private, "locked" => StepSharing.Locked, _ => StepSharing.Shared });
    }

    private IEnumerable<StepMemory> Memory(ProjectItem item)
    {
        foreach (var (target, words) in item.List("TmpfsMounts").Select(Words))
            if (Target(target) is { } path)
                yield return new StepMemory(path, words.TryGetValue("size", out var size) && ByteCount.Parse(size) is { } bytes ? bytes : 0);
    }

    private IEnumerable<RecipeBind> Binds(ProjectItem item)
    {
        foreach (var (_, words) in item.List("BindMounts").Select(Words))
        {
            var source = words.GetValueOrDefault("source", "").Replace('\\', '/');
            if (Target(words.GetValueOrDefault("target", "")) is not { } path) continue;
            if (!words.TryGetValue("from", out var from)) yield return new RecipeBind(path, context.PathOf(Path.GetFullPath(source, folder)), null, words.ContainsKey("rw"));
            else if (contexts.TryGetValue(from, out var name)) yield return new RecipeBind(path, source, name, words.ContainsKey("rw"));
            else faults.Add(Item, $"BindMounts of '{item.Name}' is from '{from}', which is no ContainerContext. Add one of that name.");
        }
    }

    private IEnumerable<StepSecret> Secrets(ProjectItem item)
    {
        foreach (var (id, words) in item.List("Secrets").Select(Words))
            if (faults.Checked(Item, id, RecipeFaults.Id()) is not null)
                yield return new StepSecret(id, words.GetValueOrDefault("target") ?? (words.ContainsKey("env") ? null : "/run/secrets/" + id), words.GetValueOrDefault("env"), words.ContainsKey("required"));
    }

    private string? Target(string path)
    {
        if (path.Length == 0) faults.Add(Item, "a mount has no target. Write an absolute path.");
        return faults.Checked(Item, path, RecipeFaults.AbsolutePath());
    }

    private static (string First, IReadOnlyDictionary<string, string> Words) Words(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var first = parts[0].Contains('=', StringComparison.Ordinal) ? "" : parts[0];
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(first.Length > 0 ? 1 : 0))
            words[part.Split('=')[0].ToLower(CultureInfo.InvariantCulture)] = part.Contains('=', StringComparison.Ordinal) ? part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..] : "";
        return (first, words);
    }
}
