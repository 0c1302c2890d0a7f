using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Splits a project's files into layers, from what changes least to what changes most.</summary>
public static class LayerPlan
{
    /// <summary>Plans the layers. Directories of the application are the owner's; those around extra files stay as the base has them.
    /// Throws MBK1902 when two files want the same place, or one the place of another's folder; an extra file may replace one of the application.</summary>
    /// <param name="image">The files and the working directory.</param>
    /// <param name="owner">Whom files without an owner of their own belong to.</param>
    /// <param name="resolveOwner">Turns a <c>user[:group]</c> of a file into numbers.</param>
    /// <param name="suffix">Ends the trees' names, to tell those of several platforms apart.</param>
    public static IReadOnlyList<ProjectLayer> Split(ProjectImage image, Owner owner, Func<string, Owner> resolveOwner, string suffix = "")
    {
        var places = new Dictionary<string, ProjectFile>(StringComparer.Ordinal);
        foreach (var file in image.Files.OrderBy(f => f.Component.Kind))
            if (!places.TryAdd(file.TargetPath, file))
                places[file.TargetPath] = Replace(places[file.TargetPath], file);
        foreach (var file in places.Values) RequireFolders(file, places);

        return [.. places.Values
            .GroupBy(f => f.Component.Kind)
            .OrderBy(g => g.Key)
            .Select(g => new ProjectLayer(g.Key, Title(g.Key), Tree(g.Key, suffix, g, image.Config.WorkingDirectory, owner, resolveOwner)))];
    }

    private static ProjectFile Replace(ProjectFile first, ProjectFile second)
    {
        if (first.HostPath == second.HostPath) return first;
        if (second.Component.Kind == ComponentKind.Extra && first.Component.Kind != ComponentKind.Extra) return second;
        throw new FrontendException(FrontendException.DuplicateTarget,
            $"Both '{first.HostPath}' and '{second.HostPath}' want to be '{second.TargetPath}' in the image: give one of them another TargetPath or leave it out.");
    }

    // A file where another one's folder has to be would hide all that lies in the folder.
    private static void RequireFolders(ProjectFile file, Dictionary<string, ProjectFile> places)
    {
        for (var parent = Parent(file.TargetPath); parent.Length > 0; parent = Parent(parent))
            if (places.TryGetValue(parent, out var other))
                throw new FrontendException(FrontendException.DuplicateTarget,
                    $"'{other.HostPath}' wants to be '{parent}' in the image, which has to be a folder for '{file.TargetPath}': give it a TargetPath in that folder, or end it with '/'.");
    }

    private static LocalTree Tree(
        ComponentKind kind, string suffix, IEnumerable<ProjectFile> files, string workingDirectory, Owner owner, Func<string, Owner> resolveOwner)
    {
        var local = files
            .Select(f => (File: f, Owner: f.Owner is null ? owner : resolveOwner(f.Owner)))
            .Select(f => new LocalFile(f.File.TargetPath.TrimStart('/'), f.File.HostPath, f.File.Mode, f.Owner.Uid, f.Owner.Gid))
            .OrderBy(f => f.Path, StringComparer.Ordinal)
            .ToList();
        var directories = kind == ComponentKind.Extra ? [] : Directories(local, workingDirectory.Trim('/'), owner);
        return new LocalTree($"publish-{kind.ToString().ToLowerInvariant()}{suffix}", local) { Directories = directories };
    }

    private static List<LocalDirectory> Directories(List<LocalFile> files, string root, Owner owner)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
            for (var parent = Parent(file.Path); parent.Length > 0 && IsBelow(parent, root) && found.Add(parent); parent = Parent(parent)) ;
        return [.. found.Select(path => new LocalDirectory(path, Uid: owner.Uid, Gid: owner.Gid))];
    }

    private static bool IsBelow(string path, string root) =>
        root.Length > 0 && (path == root || path.StartsWith(root + "/", StringComparison.Ordinal));

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "";

    private static string Title(ComponentKind kind) => kind switch
    {
        ComponentKind.Framework => "copy the framework",
        ComponentKind.Package => "copy the packages",
        ComponentKind.Project => "copy the referenced projects",
        ComponentKind.Application => "copy the application",
        ComponentKind.Extra => "copy the extra files",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
