using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Lets through what a tree can have: names below its top, in order and each once, folders before what is in them, and further names only of files that came.</summary>
internal sealed class EntryCheck(TransferLimits limits)
{
    private readonly Stack<string> _folders = new([""]);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private string _last = "";
    private long _bytes;
    private int _count;

    /// <summary>Throws MBK2541, MBK2542, MBK2544 or MBK2546.</summary>
    public void Add(Stat entry)
    {
        Count(entry);
        CheckPath(entry.Path);
        CheckPlace(entry.Path);
        CheckKind(entry);
        _last = entry.Path;
        if (entry.IsDirectory()) _folders.Push(entry.Path);
    }

    private void Count(Stat entry)
    {
        if (++_count > limits.Entries) throw TooMuch($"more than {limits.Entries} files and folders");
        if ((_bytes += entry.CalculateSize()) > limits.StatBytes) throw TooMuch($"more than {limits.StatBytes} bytes of names and attributes");
    }

    private static void CheckPath(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) || path.Split('/').Any(p => p is "" or "." or ".."))
            throw BadPath(path, "leads out of the folder, or is no plain path");
        // What the framework puts in place of bytes that are no UTF-8.
        if (path.Contains('\uFFFD', StringComparison.Ordinal)) throw BadPath(path, "has a name that is not UTF-8");
        // A name with a backslash would be a path there.
        if (OperatingSystem.IsWindows() && path.AsSpan().ContainsAny('\\', ':')) throw BadPath(path, "has a name that this system cannot have");
    }

    private void CheckPlace(string path)
    {
        if (NameOrder.Instance.Compare(_last, path) >= 0) throw TransferException.Broken($"'{path}' came after '{_last}'");
        var parent = path.LastIndexOf('/') is > 0 and var end ? path[..end] : "";
        while (_folders.Peek() != parent)
        {
            _folders.Pop();
            if (_folders.Count == 0) throw TransferException.Broken($"'{path}' came without the folder that it is in");
        }
    }

    private void CheckKind(Stat entry)
    {
        if (entry.Size < 0) throw TransferException.Broken($"'{entry.Path}' has a negative size");
        if (entry.Uid > int.MaxValue || entry.Gid > int.MaxValue) throw TransferException.Broken($"'{entry.Path}' has an owner that no system has");
        if (entry.IsDirectory() || entry.IsPassing()) return;
        if (entry.IsLink())
        {
            if (entry.Linkname.Length == 0 || entry.Linkname.AsSpan().ContainsAny('\0', '\uFFFD')) throw BadPath(entry.Path, "leads to a name that is none, or not UTF-8");
            return;
        }
        if (!entry.IsFile())
            throw new TransferException(TransferException.NotOffered, ErrorKind.NotSupported, $"'{entry.Path}' is a device, which is not received here. Leave it out.");
        if (entry.Linkname.Length == 0) _files.Add(entry.Path);
        else if (!_files.Contains(entry.Linkname)) throw BadPath(entry.Path, "is another name of a file that did not come");
    }

    private static TransferException TooMuch(string what) =>
        new(TransferException.TooMuch, ErrorKind.Invalid, $"What was sent is too much: {what}. Leave out what is not needed by '.dockerignore'.");

    private static TransferException BadPath(string path, string why) =>
        new(TransferException.BadPath, ErrorKind.Invalid, $"'{path}', which was sent, {why}. Rename it, or leave it out.");
}
