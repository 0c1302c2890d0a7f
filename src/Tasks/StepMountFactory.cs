using System.Globalization;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Tasks;

/// <summary>Reads what is mounted for a step: <c>CacheMounts</c>, <c>TmpfsMounts</c> and <c>BindMounts</c>.</summary>
internal sealed class StepMountFactory(BuildImageParameters parameters, Problems problems, ContextFactory contexts)
{
    private static readonly string[] s_cacheWords = ["id=", "sharing="], s_tmpfsWords = ["size="], s_bindWords = ["target=", "source=", "from=", "rw", "ro"];

    /// <summary>Every mount that makes sense.</summary>
    public IEnumerable<StepMount> Create(ITaskItem item) =>
        Read(item, "CacheMounts", s_cacheWords, CreateCache)
            .Concat(Read(item, "TmpfsMounts", s_tmpfsWords, CreateMemory))
            .Concat(Read(item, "BindMounts", s_bindWords, CreateBind));

    /// <summary>An absolute place for a mount, or <c>null</c> after telling what is wrong with it.</summary>
    internal static string? FindTarget(string given) =>
        ImagePath.Normalize(given) is { Length: > 1 } path && !IsBelow(path, "/proc") && !IsBelow(path, "/sys") && !IsBelow(path, "/run/msbuildkit") ? path : null;

    private IEnumerable<StepMount> Read(ITaskItem item, string metadata, string[] known, Func<ITaskItem, string, MountWords, int, StepMount?> create)
    {
        var number = 0;
        foreach (var text in MetadataList.Of(item, metadata))
            if (MountWords.Parse(text, known, out var fault) is not { } words) Refuse(item, metadata, text, fault + ". Leave that out.");
            else if (create(item, text, words, number++) is { } mount) yield return mount;
    }

    private StepCache? CreateCache(ITaskItem item, string text, MountWords words, int number)
    {
        if (FindTarget(words.First) is not { } target) return RefuseTarget<StepCache>(item, "CacheMounts", text, "/var/cache/apt");
        var id = words.Has("id") ? words.Value("id") : target;
        if (words.Has("id") && !Text.IsKey(id)) return Refuse<StepCache>(item, "CacheMounts", text, "has an id that is none. Use letters, digits and punctuation, without spaces.");
        StepSharing? sharing = words.Value("sharing").ToLowerInvariant() switch
        {
            "" or "shared" => StepSharing.Shared,
            "private" => StepSharing.Private,
            "locked" => StepSharing.Locked,
            _ => null,
        };
        return sharing is { } chosen ? new StepCache(target, id, chosen) : Refuse<StepCache>(item, "CacheMounts", text, "has a sharing that is none. Choose shared, private or locked.");
    }

    private StepMemory? CreateMemory(ITaskItem item, string text, MountWords words, int number)
    {
        if (FindTarget(words.First) is not { } target) return RefuseTarget<StepMemory>(item, "TmpfsMounts", text, "/tmp");
        if (!words.Has("size")) return new StepMemory(target, 0);
        return ParseSize(words.Value("size")) is { } size ? new StepMemory(target, size) : Refuse<StepMemory>(item, "TmpfsMounts", text, "has a size that is none. Write a number of bytes, or one with k, m or g, such as size=64m.");
    }

    private StepMount? CreateBind(ITaskItem item, string text, MountWords words, int number)
    {
        if (words.First.Length > 0 || FindTarget(words.Value("target")) is not { } target)
            return Refuse<StepMount>(item, "BindMounts", text, "has no target that is an absolute path in the image. Write it as target=/src,source=FOLDER.");
        if (words.Has("rw") && words.Has("ro")) return Refuse<StepMount>(item, "BindMounts", text, "says both rw and ro. Keep one.");
        var (source, isWritable) = (words.Value("source"), words.Has("rw"));
        if (!words.Has("from")) return Lend(item, text, target, source, null, parameters.ProjectDirectory, isWritable, number);
        var from = words.Value("from");
        return contexts.Find(from) switch
        {
            { Folder: { } folder } => Lend(item, text, target, source, from, folder, isWritable, number),
            { Image: not null } when ImagePath.Normalize("/" + source.TrimStart('/')) is { } selector => new ImageMount(target, from, selector, isWritable),
            { Image: not null } => Refuse<StepMount>(item, "BindMounts", text, "has a source that is no path in an image. Write one such as source=/usr/bin/tool."),
            // What is wrong with the context is told already.
            _ when contexts.Names(from) => null,
            _ => Refuse<StepMount>(item, "BindMounts", text, $"is from '{from}', which is no ContainerContext. Add one of that name, or leave 'from' out for the project's own folder."),
        };
    }

    private TreeMount? Lend(ITaskItem item, string text, string target, string source, string? from, string folder, bool isWritable, int number)
    {
        if (source.Length > 0 && !Text.IsPath(source) || source.Replace('\\', '/').Split('/').Contains("..") || Path.IsPathRooted(source))
            return Refuse<TreeMount>(item, "BindMounts", text, $"has a source that is no path below {(from is null ? "the project" : $"'{from}'")}. Write one without '..', or add a ContainerContext for another folder.");
        var name = string.Create(CultureInfo.InvariantCulture, $"mount-{item.ItemSpec}-{number}");
        if (contexts.Lend(folder).Find(name, source, out var fault) is { } found)
            return new TreeMount(target, source.Length == 0 ? "." : source.Replace('\\', '/'), from, found.Tree, found.Selector, isWritable);
        return Refuse<TreeMount>(item, "BindMounts", text, $"cannot be lent: {fault}. Name a folder or file whose content may be used.");
    }

    private static long? ParseSize(string text)
    {
        var digits = text.TrimEnd('k', 'm', 'g', 'K', 'M', 'G');
        int? shift = text[digits.Length..].ToLowerInvariant() switch { "" => 0, "k" => 10, "m" => 20, "g" => 30, _ => null };
        return shift is { } s && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= long.MaxValue >> s ? number << s : null;
    }

    private static bool IsBelow(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private T? RefuseTarget<T>(ITaskItem item, string metadata, string text, string example) where T : class =>
        Refuse<T>(item, metadata, text, $"does not begin with a folder of the image where something can be mounted. Write an absolute path such as {example}.");

    private T? Refuse<T>(ITaskItem item, string metadata, string text, string fault) where T : class
    {
        Refuse(item, metadata, text, fault);
        return null;
    }

    private void Refuse(ITaskItem item, string metadata, string text, string fault) =>
        problems.Add(Problem.Mount, "ContainerRun", $"{metadata} '{text}' of '{item.ItemSpec}' {fault}", item);
}
