using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Directories that are named by handles until they are mounted: such names are short, and no character in them means anything to a mount.</summary>
/// <param name="place">Where handles are seen, with a slash at its end.</param>
internal sealed class MountHandles(string place = "/proc/self/fd/") : IDisposable
{
    private readonly List<SafeFileHandle> _handles = [];

    /// <summary>Opens a directory; its name for a mount. Throws MBK1508.</summary>
    public string Open(string path)
    {
        var opened = Kernel.OpenIn(Kernel.CurrentDirectory, path, Kernel.PathOnly | Kernel.OnlyDirectory, 0);
        if (opened < 0) throw MountPlace.Fault(path, "mounted");
        _handles.Add(new SafeFileHandle(opened, ownsHandle: true));
        return place + opened.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var handle in _handles) handle.Dispose();
    }
}
