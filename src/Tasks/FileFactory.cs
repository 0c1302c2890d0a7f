using System.Globalization;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads the files of one image: publish items with what they belong to, and the project's extra files.</summary>
internal sealed class FileFactory(BuildImageParameters parameters, Problems problems)
{
    private const string PublishedFile = "ResolvedFileToPublish";

    private readonly RealPaths _links = new();

    public List<ProjectFile> Create(ITaskItem image, string rid, Platform platform, string workingDirectory)
    {
        var files = new List<ProjectFile>();
        var withoutSymbols = Text.IsOn(parameters.ExcludeSymbols, byDefault: false);
        foreach (var (part, path) in Published(image, rid))
        {
            if (withoutSymbols && part.ItemSpec.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase)) continue;
            if (CreatePublished(part, path, image, workingDirectory) is { } file) files.Add(file);
        }
        foreach (var item in parameters.Files)
            if (CreateExtra(item) is { } file)
                files.Add(file);
        CheckArchitecture(image, files, platform, workingDirectory);
        return files;
    }

    // What was listed to be published says more of itself than what was merely found written; every place is taken once.
    private IEnumerable<(ITaskItem Part, string RelativePath)> Published(ITaskItem image, string rid)
    {
        var own = parameters.Parts.Where(p => p.GetMetadata("RuntimeIdentifier") == rid).ToList();
        var listed = own.Where(p => p.GetMetadata("Kind") == "File").Select(p => (p, p.GetMetadata("RelativePath").Replace('\\', '/')));
        var written = own.Where(p => p.GetMetadata("Kind") == "Written").Select(p => (p, Path.GetRelativePath(image.GetMetadata("PublishDirectory"), p.ItemSpec).Replace('\\', '/')));
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (part, path) in listed)
        {
            places.Add(path);
            yield return (part, path);
        }
        foreach (var (part, path) in written)
            if (File.Exists(part.ItemSpec) && places.Add(path))
                yield return (part, path);
    }

    private ProjectFile? CreatePublished(ITaskItem part, string relativePath, ITaskItem image, string workingDirectory)
    {
        var path = part.ItemSpec;
        if (!Text.IsPath(path) || !Path.IsPathFullyQualified(path) || Path.GetDirectoryName(Path.GetFullPath(path, parameters.ProjectDirectory)) is null)
        {
            problems.Add(Problem.Path, PublishedFile, $"'{path}' is no path of a file. Write an absolute one.");
            return null;
        }
        if (ImagePath.Join(workingDirectory, relativePath) is not { } target)
        {
            problems.Add(Problem.Path, PublishedFile, $"'{path}' would be published to '{relativePath}', which has no place in the image. Give it a RelativePath below the publish folder.");
            return null;
        }
        return CheckLinks(path, image) ? new ProjectFile(target, path, Components.Of(part, image)) : null;
    }

    private ProjectFile? CreateExtra(ITaskItem item)
    {
        var path = Text.IsPath(item.ItemSpec) ? Path.GetFullPath(item.ItemSpec, parameters.ProjectDirectory) : item.ItemSpec;
        var wanted = item.GetMetadata("TargetPath").Replace('\\', '/');
        var target = ImagePath.Normalize(wanted.EndsWith('/') ? wanted + Path.GetFileName(path) : wanted);
        if (target is null or "/")
            problems.Add(Problem.File, "ContainerFile", $"'{item.ItemSpec}' needs a TargetPath, absolute in the image: '{wanted}' is none. Write one such as '/etc/app.conf', or a folder such as '/etc/'.", item);
        if (!File.Exists(path))
            problems.Add(Problem.File, "ContainerFile", $"'{path}' is not there, or is no file. Check the Include.", item);
        var owner = new ImageFactory(parameters, problems, 0).ParseUser(item.GetMetadata("Owner"), "ContainerFile Owner");
        var mode = ParseMode(item);
        return target is null or "/" || !File.Exists(path) ? null : new ProjectFile(target, path, new Component(ComponentKind.Extra, parameters.ProjectName), mode, owner);
    }

    private int? ParseMode(ITaskItem item)
    {
        var text = item.GetMetadata("Mode");
        if (text.Length == 0) return null;
        if (text.Length <= 5 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) is <= 0b111_111_111_111 and var mode) return mode;
        problems.Add(Problem.File, "ContainerFile", $"Mode '{text}' of '{item.ItemSpec}' is no mode. Write octal digits such as 0644 or 755.", item);
        return null;
    }

    // A link in the publish output may point at a file beside it, and a folder of the project at another one of it: the image is not to
    // hold what the project does not. Where the build's own folders are, the user may decide by a link.
    private bool CheckLinks(string path, ITaskItem image)
    {
        var file = new FileInfo(path);
        var folder = Path.GetDirectoryName(file.FullName)!;
        var isBuilt = image.GetMetadata("BuildDirectories").Split(';', StringSplitOptions.RemoveEmptyEntries).Any(d => IsBelow(folder, d));
        if (!isBuilt && IsBelow(folder, parameters.ProjectDirectory) && _links.Resolve(folder) is var real && (real is null || !IsBelow(real, _links.Resolve(parameters.ProjectDirectory) ?? "")))
        {
            problems.Add(Problem.Link, PublishedFile, $"'{path}' is reached through a link that {(real is null ? "leads nowhere" : $"leaves the project for '{real}'")}. Publish files of the project itself.");
            return false;
        }
        if (file.LinkTarget is null) return true;
        var final = _links.Resolve(file.FullName);
        if (File.Exists(final) && IsBelow(final, _links.Resolve(folder) ?? folder)) return true;
        problems.Add(Problem.Link, PublishedFile, $"'{path}' is a link to '{file.LinkTarget}', which {(File.Exists(final) ? "leaves its folder" : "is not there")}. Publish the file itself.");
        return false;
    }

    private static bool IsBelow(string path, string folder) =>
        path == folder.TrimEnd('/', '\\') || path.StartsWith(folder.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private void CheckArchitecture(ITaskItem image, List<ProjectFile> files, Platform platform, string workingDirectory)
    {
        if (!Text.IsOn(image.GetMetadata("SelfContained"), byDefault: false)) return;
        var executable = ImagePath.Join(workingDirectory, image.GetMetadata("Executable"));
        var program = files.FirstOrDefault(f => f.TargetPath == executable);
        if (program is null || !File.Exists(program.HostPath) || ProgramHeader.ReadPlatform(program.HostPath) is not { } made) return;
        if (made.Os != platform.Os || made.Architecture != platform.Architecture)
            problems.Add(Problem.Architecture, "ContainerRuntimeIdentifier", string.Create(CultureInfo.InvariantCulture,
                $"the application '{Path.GetFileName(program.HostPath)}' is a program for {made}, but the image is for {platform}. Publish with the RuntimeIdentifier of the image."));
    }
}
