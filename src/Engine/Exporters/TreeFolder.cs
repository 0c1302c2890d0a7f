using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Places the entries of a tree below a directory of the caller's. A file or link takes the place of a file or link; nothing that is there is
/// followed, and no directory is removed.</summary>
internal sealed class TreeFolder(string root)
{
    private const int Permissions = 0b111_111_111, Sticky = 0b001_000_000_000, OwnersAll = 0b111_000_000, OwnersRead = 0b100_000_000;

    // Beside no name of the image, which may have any.
    private readonly string _staged = Path.Combine(root, $".msbuildkit-{Path.GetRandomFileName()}{StagedFile.Ending}");
    private readonly List<string> _files = [];
    private readonly List<(string Path, TreeEntry Entry)> _late = [];

    /// <summary>The paths of what is a file.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Makes a directory. Throws MBK2205 when something else is in its place, as all of these do.</summary>
    public void MakeFolder(TreeEntry entry)
    {
        var path = PathOf(entry.Path);
        if (File.Exists(path) || new DirectoryInfo(path).LinkTarget is not null) throw InTheWay(path, "a directory");
        Directory.CreateDirectory(path);
        Describe(path, entry, entry.Mode | OwnersAll);
        _late.Add((path, entry));
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    public async ValueTask WriteAsync(TreeEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(entry.Path);
        if (IsFolder(path)) throw InTheWay(path, "a file");
        try
        {
            var file = new FileStream(_staged, FileMode.CreateNew, FileAccess.Write);
            await using (file.ConfigureAwait(false))
                if (content is not null) await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            Describe(_staged, entry, entry.Mode | OwnersRead);
            File.Move(_staged, path, overwrite: true);
        }
        finally
        {
            StagedFile.Drop(_staged);
        }
        _files.Add(path);
        if ((entry.Mode & OwnersRead) == 0) _late.Add((path, entry));
    }

    /// <summary>Makes a symbolic link, or a copy of a file that has a second name; ignores all else.</summary>
    public async ValueTask LinkAsync(TreeEntry entry, CancellationToken cancellationToken)
    {
        var path = PathOf(entry.Path);
        if (entry.Type == TreeEntryType.HardLink)
        {
            using var first = File.OpenRead(PathOf(entry.Link!));
            await WriteAsync(entry, first, cancellationToken).ConfigureAwait(false);
        }
        else if (entry.Type == TreeEntryType.Symlink)
        {
            if (IsFolder(path)) throw InTheWay(path, "a link");
            File.Delete(path);
            File.CreateSymbolicLink(path, entry.Link!);
        }
    }

    /// <summary>Gives directories the modes and times that they could not have while they were written to, and files those that keep even their owner out.</summary>
    public void Complete()
    {
        foreach (var (path, entry) in Enumerable.Reverse(_late)) Describe(path, entry, entry.Mode);
    }

    private string PathOf(string name) => name.Split('/').Aggregate(root, Path.Combine);

    private static bool IsFolder(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    private static void Describe(string path, TreeEntry entry, int mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)(mode & (entry.Type == TreeEntryType.Directory ? Permissions | Sticky : Permissions)));
        File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds).UtcDateTime);
    }

    private static ExportException InTheWay(string path, string kind) => new(ExportException.InTheWay, ErrorKind.FailedPrecondition,
        $"'{path}' is in the way: the image has {kind} there. Move it away, or write to another place.");
}
