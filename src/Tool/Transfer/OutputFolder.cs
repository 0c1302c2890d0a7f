using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A folder of the user into which a result is received (the exporter <c>local</c>): files belong to the user, and have the modes and times that were sent.</summary>
/// <remarks>
/// Each file is written beside its name and renamed when it is whole. Links are never followed: one that stands where a folder is to be is replaced.
/// Further names of a file become copies of it.
/// </remarks>
internal sealed class OutputFolder : IReceivingTree
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static long s_counter;

    private readonly string _root;
    private readonly bool _delete;
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly List<Stat> _folders = [];
    private readonly List<Stat> _names = [];

    private OutputFolder(string root, bool delete) => (_root, _delete) = (root, delete);

    /// <summary>Receives a tree. Throws what a <see cref="TransferException"/> can be; no file is then half written.</summary>
    /// <param name="root">Absolute; made when it is not there.</param>
    /// <param name="delete">What was not sent is removed when all has come (the mode <c>delete</c>); else it stays.</param>
    /// <param name="channel">The call.</param>
    /// <param name="cancellationToken">Ends it within two seconds.</param>
    public static async Task ReceiveAsync(string root, bool delete, IPacketChannel channel, CancellationToken cancellationToken)
    {
        OnDisk(root, () => Directory.CreateDirectory(root));
        await TreeReceiver.ReceiveAsync(channel, new OutputFolder(root, delete), TransferLimits.Default, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public bool Add(Stat entry)
    {
        if (entry.IsPassing())
            throw new TransferException(TransferException.NotOffered, ErrorKind.NotSupported, $"'{entry.Path}' is a pipe or a socket, which is not written to a folder. Leave it out of the result.");
        _sent.Add(entry.Path);
        var path = PathOf(entry.Path);
        if (entry.IsDirectory())
        {
            OnDisk(path, () => MakeFolder(path));
            _folders.Add(entry);
            return false;
        }
        if (entry.IsLink())
        {
            OnDisk(path, () => MakeLink(path, entry.Linkname));
            return false;
        }
        if (entry.Linkname.Length > 0) _names.Add(entry);
        return entry.Linkname.Length == 0;
    }

    /// <inheritdoc />
    public IReceivingFile Open(Stat entry) => new OutputFile(PathOf(entry.Path), entry);

    /// <inheritdoc />
    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _names) Copy(name);
        if (_delete) OnDisk(_root, () => DeleteOthers(new DirectoryInfo(_root), ""));
        // What is in a folder is written before its mode may forbid it, and before it says when it was changed.
        for (var i = _folders.Count - 1; i >= 0; i--) Finish(PathOf(_folders[i].Path), _folders[i]);
        return Task.CompletedTask;
    }

    /// <summary>Gives what was written its mode and time.</summary>
    public static void Finish(string path, Stat entry) => OnDisk(path, () =>
    {
        var time = DateTime.UnixEpoch.AddTicks(entry.ModTime / 100);
        if (entry.IsDirectory()) Directory.SetLastWriteTimeUtc(path, time);
        else File.SetLastWriteTimeUtc(path, time);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)EntryMode.ToPosix(entry.Mode));
    });

    /// <summary>Does something on disk, and says what was to be written when that fails.</summary>
    public static void OnDisk(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(path, e);
        }
    }

    /// <summary>A name in the same folder, for what is not whole yet.</summary>
    public static string StagedPathOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, string.Create(CultureInfo.InvariantCulture, $".msbuildkit-{Environment.ProcessId}-{Interlocked.Increment(ref s_counter)}{StagedFile.Ending}"));

    /// <summary>Puts a whole file in its place.</summary>
    public static void Place(string staged, string path)
    {
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null }) Directory.Delete(path, recursive: true);
        File.Move(staged, path, overwrite: true);
    }

    private string PathOf(string path) => Path.Combine(_root, path);

    private static void MakeFolder(string path)
    {
        var there = new DirectoryInfo(path);
        if (there.LinkTarget is not null || File.Exists(path)) File.Delete(path);
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) | Own);
    }

    private static void MakeLink(string path, string target)
    {
        var there = new DirectoryInfo(path);
        if (there is { Exists: true, LinkTarget: null }) there.Delete(recursive: true);
        else if (there.LinkTarget is not null || File.Exists(path)) File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private void Copy(Stat name)
    {
        var path = PathOf(name.Path);
        var staged = StagedPathOf(path);
        try
        {
            OnDisk(path, () =>
            {
                File.Copy(PathOf(name.Linkname), staged);
                Place(staged, path);
            });
        }
        finally
        {
            StagedFile.Drop(staged);
        }
        Finish(path, name);
    }

    private void DeleteOthers(DirectoryInfo folder, string path)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var below = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            var isFolder = entry is DirectoryInfo && entry.LinkTarget is null;
            if (_sent.Contains(below) && isFolder) DeleteOthers((DirectoryInfo)entry, below);
            else if (_sent.Contains(below)) continue;
            else if (isFolder) Directory.Delete(entry.FullName, recursive: true);
            else entry.Delete();
        }
    }
}
