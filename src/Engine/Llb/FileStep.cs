using System.Globalization;
using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>One action of a file operation.</summary>
public sealed class FileStep
{
    private FileStep(FileAction action, LlbState? from = null) => (Action, From) = (action, from);

    internal FileAction Action { get; }

    internal LlbState? From { get; }

    internal IEnumerable<string> Capabilities
    {
        get
        {
            if (Action.Symlink is not null) yield return Llb.Capabilities.FileSymlinkCreate;
            if (Action.Rm is { AllowWildcard: true }) yield return Llb.Capabilities.FileRmWildcard;
            if (Action.Copy is not { } copy) yield break;
            if (copy.IncludePatterns.Count + copy.ExcludePatterns.Count > 0) yield return Llb.Capabilities.FileCopyPatterns;
            if (copy.RequiredPaths.Count > 0) yield return Llb.Capabilities.FileCopyRequiredPaths;
            if (copy.AlwaysReplaceExistingDestPaths) yield return Llb.Capabilities.FileCopyReplace;
        }
    }

    /// <summary>Copies <paramref name="source"/> of a tree to <paramref name="destination"/>.</summary>
    public static FileStep Copy(LlbState from, string source, string destination, CopyOptions options) => new(
        new FileAction
        {
            Copy = new FileActionCopy
            {
                Src = source, Dest = destination, Mode = options.ModeText.Length > 0 ? 0 : options.Mode ?? -1, ModeStr = options.ModeText,
                Timestamp = options.Timestamp, FollowSymlink = options.FollowSymlink,
                DirCopyContents = options.ContentsOnly, AttemptUnpackDockerCompatibility = options.Unpack, CreateDestPath = options.CreateDestination,
                AllowWildcard = options.AllowWildcard, AllowEmptyWildcard = options.AllowEmptyWildcard,
                AlwaysReplaceExistingDestPaths = options.ReplaceExisting,
                IncludePatterns = { options.Include }, ExcludePatterns = { options.Exclude }, RequiredPaths = { options.RequiredPaths },
            },
        },
        from);

    /// <summary>Removes a path.</summary>
    public static FileStep Remove(string path, bool allowNotFound = false, bool allowWildcard = false) =>
        new(new FileAction { Rm = new FileActionRm { Path = path, AllowNotFound = allowNotFound, AllowWildcard = allowWildcard } });

    /// <summary>Copies the contents of a directory of <paramref name="from"/> into <paramref name="destination"/>, which is made when missing.
    /// Owner, modes and times are those of the source unless given.</summary>
    public static FileStep CopyContents(LlbState from, string source, string destination, long timestamp = -1) => new(
        new FileAction
        {
            Copy = new FileActionCopy
            {
                Src = source, Dest = destination, DirCopyContents = true, CreateDestPath = true, FollowSymlink = true, Mode = -1, Timestamp = timestamp,
            },
        },
        from);

    /// <summary>Makes a directory; it and the parents that <paramref name="makeParents"/> asks for get <paramref name="mode"/>.</summary>
    public static FileStep MakeDirectory(string path, int mode, bool makeParents = false, long timestamp = -1) =>
        new(new FileAction { Mkdir = new FileActionMkDir { Path = path, Mode = mode, MakeParents = makeParents, Timestamp = timestamp } });

    /// <summary>Writes a small file.</summary>
    public static FileStep MakeFile(string path, int mode, ReadOnlySpan<byte> data, long timestamp = -1) =>
        new(new FileAction { Mkfile = new FileActionMkFile { Path = path, Mode = mode, Data = ByteString.CopyFrom(data), Timestamp = timestamp } });

    /// <summary>Makes a symbolic link at <paramref name="path"/> that says <paramref name="target"/>.</summary>
    public static FileStep MakeSymlink(string target, string path, long timestamp = -1) =>
        new(new FileAction { Symlink = new FileActionSymlink { Oldpath = target, Newpath = path, Timestamp = timestamp } });

    /// <summary>This step, giving what it makes to <paramref name="user"/> and <paramref name="group"/>: ids, or names that are looked up in
    /// the tree the operation started from. A step that makes nothing stays as it is.</summary>
    public FileStep OwnedBy(string user, string? group = null)
    {
        var owner = new ChownOpt { User = ToUser(user), Group = group is null ? null : ToUser(group) };
        var action = Action.Clone();
        if (action.Copy is not null) action.Copy.Owner = owner;
        if (action.Mkdir is not null) action.Mkdir.Owner = owner;
        if (action.Mkfile is not null) action.Mkfile.Owner = owner;
        if (action.Symlink is not null) action.Symlink.Owner = owner;
        return new FileStep(action, From);
    }

    /// <summary>This step, giving what it makes to an owner as <c>--chown</c> names it: <c>user</c> or <c>user:group</c>. What is left empty is root.</summary>
    public FileStep OwnedAs(string chown)
    {
        var parts = chown.Split(':', 2);
        return OwnedBy(parts[0], parts.Length > 1 ? parts[1] : null);
    }

    // A name means nothing without the tree whose user database it stands in.
    internal static void ResolveOwner(FileAction action, long tree)
    {
        foreach (var name in ActionOwners.NamesOf(action)) name.Input = tree;
    }

    // BuildKit's client: root needs no looking up, and a number that is none of 32 bits is a name.
    private static UserOpt ToUser(string text)
    {
        if (text is "root" or "") return new UserOpt { ByID = 0 };
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? new UserOpt { ByID = unchecked((uint)id) }
            : new UserOpt { ByName = new NamedUserOpt { Name = text } };
    }
}
