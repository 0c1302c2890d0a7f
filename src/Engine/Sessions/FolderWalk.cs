using System.IO.Enumeration;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Finds what a build takes of a folder: each directory is listed once, each name looked at once, and no file is opened.</summary>
/// <remarks>
/// Links stay links and are not followed. What is left out is not entered, unless something in it may be taken all the same. As with BuildKit, a directory that is
/// left out is there when something in it is not, and a name that vanishes meanwhile was not there. Sockets and pipes are left out. Owners and times of the
/// machine are not part of a tree: they would differ between two checkouts.
/// </remarks>
internal sealed class FolderWalk
{
    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };
    private static readonly IReadOnlyList<bool> s_nothing = [];

    private readonly string _folder;
    private readonly PathPatterns? _include;
    private readonly PathPatterns? _exclude;
    private readonly CancellationToken _cancellationToken;
    private readonly List<FoundFile> _files = [];
    private readonly List<LocalDirectory> _directories = [];
    private readonly List<LocalLink> _links = [];

    private FolderWalk(string folder, FolderFilter filter, CancellationToken cancellationToken)
    {
        _folder = folder;
        _cancellationToken = cancellationToken;
        var include = filter.Include;
        if (filter.Follow.Count > 0 && FollowedPaths.Find(folder, filter.Follow) is { } followed) include = [.. include, .. followed];
        _include = include.Count > 0 ? new PathPatterns(include, FolderFilter.BadPattern) : null;
        _exclude = filter.Exclude.Count > 0 ? new PathPatterns(filter.Exclude, FolderFilter.BadPattern) : null;
    }

    /// <summary>Walks a folder, which may itself be a link. Throws MBK1820 when it is not there, MBK1822 for a name that an image cannot have, MBK1823 for what
    /// may not be read, and MBK1824 for a device.</summary>
    /// <param name="name">What the tree is to be called.</param>
    /// <param name="folder">Absolute.</param>
    /// <param name="filter">What of it is taken.</param>
    /// <param name="started">Now, in nanoseconds since 1970.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static FolderTree Run(string name, string folder, FolderFilter filter, long started, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            throw new SessionException(SessionException.NoFolder, ErrorKind.NotFound, $"The folder '{folder}' of the context '{name}' is not there. Check its path.");
        return new FolderWalk(folder, filter, cancellationToken).Run(name, started);
    }

    /// <summary>The error for what may not be looked at.</summary>
    public static SessionException NotReadable(string path, Exception inner) => new(SessionException.FolderNotReadable, ErrorKind.FailedPrecondition,
        $"'{path}' of the context cannot be read: {inner.Message.TrimEnd('.')}. Check its permissions, or leave it out by '.dockerignore'.", inner);

    private FolderTree Run(string name, long started)
    {
        // A stack of our own: folders may be deeper than that of a thread.
        var rest = new Stack<Place>([new Place("", null, s_nothing, s_nothing, isTaken: true)]);
        while (rest.TryPop(out var place)) Visit(place, rest);
        _files.Sort((a, b) => string.CompareOrdinal(a.File.Path, b.File.Path));
        _directories.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        _links.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        var tree = new LocalTree(name, [.. _files.Select(f => f.File)]) { Directories = _directories, Links = _links };
        return new FolderTree(tree, [.. _files.Select(f => f.Stamp)], started);
    }

    private void Visit(Place folder, Stack<Place> rest)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        foreach (var name in List(folder))
        {
            var path = folder.Path.Length == 0 ? name : $"{folder.Path}/{name}";
            var (included, includes) = (true, s_nothing);
            if (_include is not null) included = _include.Match(path, folder.Includes, out includes);
            var (excluded, excludes) = (false, s_nothing);
            if (_exclude is not null) excluded = _exclude.Match(path, folder.Excludes, out excludes);
            // A name that is left out and hides nothing that is not is not even looked at.
            if ((!included && !_include!.MayMatchBelow(path)) || (excluded && !_exclude!.MayTakeBackBelow(path))) continue;
            Take(new Place(path, folder, includes, excludes, included && !excluded), name, rest);
        }
    }

    private void Take(Place place, string name, Stack<Place> rest)
    {
        var hostPath = HostPathOf(place.Path);
        if (Look(hostPath, place) is not { } entry)
        {
            // The framework puts this in place of bytes that are no UTF-8, and then there is no such name.
            if (place.IsTaken && name.Contains('\uFFFD')) throw Unsayable(place.Path, "has a name");
            return;
        }
        if (entry.Kind == FolderEntryKind.Directory)
        {
            place.Mode = entry.Mode;
            if (place.IsTaken) State(place);
            rest.Push(place);
            return;
        }
        if (!place.IsTaken) return;
        if (entry.Kind == FolderEntryKind.Passing) return;
        if (entry.Kind == FolderEntryKind.Device)
            throw new SessionException(SessionException.Device, ErrorKind.NotSupported, $"'{hostPath}' is a device, which no context can have. Leave it out by '.dockerignore'.");
        if (entry.Kind == FolderEntryKind.Link && !TryAddLink(place.Path, hostPath)) return;
        if (entry.Kind == FolderEntryKind.File) _files.Add(new FoundFile(new LocalFile(place.Path, hostPath, entry.Mode), entry.Stamp));
        State(place.Parent!);
    }

    private bool TryAddLink(string path, string hostPath)
    {
        if (new FileInfo(hostPath).LinkTarget is not { } target) return false;
        if (target.Contains('\uFFFD')) throw Unsayable(path, "leads to a name");
        _links.Add(new LocalLink(path, OperatingSystem.IsWindows() ? target.Replace('\\', '/') : target));
        return true;
    }

    // Those above something that is taken are there too.
    private void State(Place folder)
    {
        for (var place = folder; place is { IsStated: false, Parent: not null }; place = place.Parent)
        {
            _directories.Add(new LocalDirectory(place.Path, place.Mode));
            place.IsStated = true;
        }
    }

    private List<string> List(Place folder)
    {
        var path = HostPathOf(folder.Path);
        try
        {
            return [.. new FileSystemEnumerable<string>(path, (ref e) => e.FileName.ToString(), s_everything)];
        }
        catch (DirectoryNotFoundException) when (folder.Parent is not null)
        {
            return [];
        }
        catch (UnauthorizedAccessException) when (!folder.IsTaken)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotReadable(path, e);
        }
    }

    private static FolderEntry? Look(string path, Place place)
    {
        try
        {
            return FolderEntry.Find(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return place.IsTaken ? throw NotReadable(path, e) : null;
        }
    }

    private string HostPathOf(string path) => path.Length == 0 ? _folder : _folder.EndsWith('/') ? _folder + path : $"{_folder}/{path}";

    private SessionException Unsayable(string path, string what) => new(SessionException.UnsayableName, ErrorKind.NotSupported,
        $"'{HostPathOf(path)}' {what} that is not UTF-8, which images cannot say. Rename it, or leave it out by '.dockerignore'.");

    // A class: code for lists of structures is compiled anew in every process.
    private sealed record FoundFile(LocalFile File, FileStamp Stamp);

    private sealed class Place(string path, Place? parent, IReadOnlyList<bool> includes, IReadOnlyList<bool> excludes, bool isTaken)
    {
        public string Path => path;

        public Place? Parent => parent;

        public IReadOnlyList<bool> Includes => includes;

        public IReadOnlyList<bool> Excludes => excludes;

        public bool IsTaken => isTaken;

        public int Mode { get; set; }

        public bool IsStated { get; set; }
    }
}
