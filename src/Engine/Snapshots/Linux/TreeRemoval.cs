using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Removes a tree however deep and hostile it is: by names in open directories, never by paths, never over a mount.</summary>
/// <remarks>One handle is open for each level. A step may have made more levels than a process may have handles: what is deeper than any
/// path can say is moved to the top first.</remarks>
internal sealed class TreeRemoval
{
    private const ulong OneStep = Kernel.InRoot | Kernel.NoMagicLinks | Kernel.NoLinks | Kernel.NoCrossing;
    private const int MostLevels = 2100;

    private readonly SafeFileHandle _parent;
    private readonly string _shownAs;
    private readonly Stack<Level> _levels = new();
    private readonly Queue<byte[]> _moved = new();
    private int _counter;

    private TreeRemoval(SafeFileHandle parent, string shownAs) => (_parent, _shownAs) = (parent, shownAs);

    /// <summary>Removes <paramref name="name"/> in <paramref name="parent"/>, should it be there.</summary>
    public static void Remove(SafeFileHandle parent, string name, string shownAs)
    {
        var removal = new TreeRemoval(parent, shownAs);
        try
        {
            removal.Remove([.. Encoding.UTF8.GetBytes(name), 0]);
            while (removal._moved.TryDequeue(out var moved)) removal.Remove(moved);
        }
        finally
        {
            foreach (var level in removal._levels) level.Directory.Dispose();
        }
    }

    private void Remove(byte[] name)
    {
        if (TryUnlink(_parent, name)) return;
        Enter(_parent, name);
        while (_levels.TryPeek(out var level))
        {
            if (level.Names.TryDequeue(out var next))
            {
                if (!TryUnlink(level.Directory, next)) Enter(level.Directory, next);
                continue;
            }
            _levels.Pop().Directory.Dispose();
            var above = _levels.TryPeek(out var upper) ? upper.Directory : _parent;
            if (Kernel.unlinkat(RootedTree.Number(above), level.Name, Kernel.RemoveDirectory) != 0 && Kernel.LastError != Kernel.NotThere) throw Fault();
        }
    }

    // False for a directory.
    private bool TryUnlink(SafeFileHandle directory, byte[] name)
    {
        if (Kernel.unlinkat(RootedTree.Number(directory), name, 0) == 0 || Kernel.LastError == Kernel.NotThere) return true;
        return Kernel.LastError is Kernel.IsDirectory or Kernel.NotPermitted ? false : throw Fault();
    }

    private void Enter(SafeFileHandle directory, byte[] name)
    {
        if (_levels.Count == MostLevels)
        {
            var moved = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $".removed-{_counter++}\0"));
            if (Kernel.renameat(RootedTree.Number(directory), name, RootedTree.Number(_parent), moved) != 0) throw Fault();
            _moved.Enqueue(moved);
            return;
        }
        var opened = Kernel.OpenIn(RootedTree.Number(directory), name, Kernel.OnlyDirectory | Kernel.NoLink, OneStep);
        if (opened < 0) throw Fault();
        var handle = new SafeFileHandle(opened, ownsHandle: true);
        try
        {
            _levels.Push(new Level(handle, name, new Queue<byte[]>(RootedTree.ListRaw(handle, _shownAs))));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private SnapshotException Fault() => TreeFault.Of(_shownAs, "removed");

    private sealed record Level(SafeFileHandle Directory, byte[] Name, Queue<byte[]> Names);
}
