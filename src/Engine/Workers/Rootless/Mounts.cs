using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Mounts in the worker's own mount namespace, and owners of what is ours there. Failures are <see cref="IOException"/>s.</summary>
internal static class Mounts
{
    /// <summary>Mounts a file system of a kind.</summary>
    public static void Make(string type, string target, string options)
    {
        if (Kernel.mount(type, target, type, 0, options) != 0) throw Kernel.Error(target);
    }

    /// <summary>Shows <paramref name="source"/> at <paramref name="target"/> as well.</summary>
    public static void Bind(string source, string target)
    {
        if (Kernel.mount(source, target, null, Kernel.Bind, null) != 0) throw Kernel.Error(target);
    }

    /// <summary>Takes set-user ids and devices from a mount, and writing too when it is to be read only.</summary>
    public static void Restrict(string target, bool readOnly)
    {
        if (Kernel.Restrict(target, Kernel.NoSetUser | Kernel.NoDevices | (readOnly ? Kernel.ReadOnly : 0)) != 0) throw Kernel.Error(target);
    }

    /// <summary>Takes a mount away, also when something is in use, which keeps what it has open.</summary>
    public static void Detach(string target) => _ = Kernel.umount2(target, Kernel.Detach);

    /// <summary>Gives a file to somebody, by the worker's numbers; a link is not followed.</summary>
    public static void Own(string path, int uid, int gid)
    {
        if (Kernel.fchownat(Kernel.CurrentDirectory, path, (uint)uid, (uint)gid, Kernel.NoFollow) != 0) throw Kernel.Error(path);
    }
}
