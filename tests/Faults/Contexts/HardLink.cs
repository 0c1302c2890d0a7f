using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MsBuildKit.Faults.Contexts;

/// <summary>Gives a file a second name.</summary>
internal static partial class HardLink
{
    public static void Make(string existing, string path)
    {
        if (link(existing, path) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string existing, string path);
}
