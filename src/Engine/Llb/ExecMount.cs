using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Something mounted for a command, besides the tree it runs in.</summary>
public sealed class ExecMount
{
    private ExecMount(Mount mount, LlbState? from, params string[] capabilities) => (Mount, From, Capabilities) = (mount, from, capabilities);

    internal Mount Mount { get; }

    internal LlbState? From { get; }

    internal IReadOnlyList<string> Capabilities { get; }

    private bool Discards { get; init; }

    // What the command leaves there is an output of its own, unless it cannot leave anything or nobody wants it.
    internal bool HasOutput => Mount.MountType == MountType.Bind && !Mount.Readonly && !Discards;

    /// <summary>A tree, or the part of it at <paramref name="selector"/>.</summary>
    public static ExecMount Bind(string destination, LlbState from, bool readOnly = false, string selector = "")
    {
        var mount = new Mount { Dest = destination, Readonly = readOnly, Selector = selector };
        return new ExecMount(mount, from, [.. Bound(from), .. Selected(selector)]);
    }

    /// <summary>A tree, or a part of it, that the command may change; the changes are seen by it alone and then thrown away.</summary>
    public static ExecMount BindDiscarded(string destination, LlbState from, string selector = "")
    {
        var mount = new Mount { Dest = destination, Selector = selector };
        return new ExecMount(mount, from, [Llb.Capabilities.ExecMountBindDiscarded, .. Bound(from), .. Selected(selector)]) { Discards = true };
    }

    /// <summary>A directory that outlives the build, first filled from <paramref name="from"/>.</summary>
    public static ExecMount Cache(string destination, string id, CacheSharingOpt sharing, LlbState from, string selector = "")
    {
        var mount = new Mount { Dest = destination, Selector = selector, MountType = MountType.Cache, CacheOpt = new CacheOpt { ID = id, Sharing = sharing } };
        return new ExecMount(mount, from, [Llb.Capabilities.ExecMountCache, Llb.Capabilities.ExecMountCacheSharing, .. Selected(selector)]);
    }

    /// <summary>A directory in memory; <paramref name="size"/> in bytes, 0 for no limit of its own.</summary>
    public static ExecMount Tmpfs(string destination, long size = 0)
    {
        var mount = new Mount { Dest = destination, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt { Size = size } };
        return new ExecMount(mount, null, size > 0 ? [Llb.Capabilities.ExecMountTmpfs, Llb.Capabilities.ExecMountTmpfsSize] : [Llb.Capabilities.ExecMountTmpfs]);
    }

    /// <summary>The memory that programs share (<c>/dev/shm</c>), of a size of its own in bytes.</summary>
    public static ExecMount SharedMemory(long size) => Tmpfs("/dev/shm", size);

    /// <summary>A secret of the session as a file.</summary>
    public static ExecMount Secret(string destination, string id, bool optional = false, uint user = 0, uint group = 0, uint mode = 0x100)
    {
        var secret = new SecretOpt { ID = id, Uid = user, Gid = group, Mode = mode, Optional = optional };
        return new ExecMount(new Mount { Dest = destination, MountType = MountType.Secret, SecretOpt = secret }, null, Llb.Capabilities.ExecMountSecret);
    }

    /// <summary>A socket to an SSH agent of the session.</summary>
    public static ExecMount Ssh(string destination, string id, bool optional = false, uint user = 0, uint group = 0, uint mode = 0x180)
    {
        var ssh = new SSHOpt { ID = id, Uid = user, Gid = group, Mode = mode, Optional = optional };
        return new ExecMount(new Mount { Dest = destination, MountType = MountType.Ssh, SSHOpt = ssh }, null, Llb.Capabilities.ExecMountSsh);
    }

    /// <summary>This mount, with a say in whether a cache knows the command by what the mount holds.</summary>
    public ExecMount WithContentCache(MountContentCache contentCache)
    {
        if (contentCache == MountContentCache.Default) return this;
        var mount = Mount.Clone();
        mount.ContentCache = contentCache;
        return new ExecMount(mount, From, [.. Capabilities, Llb.Capabilities.ExecMountContentCache]) { Discards = Discards };
    }

    /// <summary>This mount, which the command may not change.</summary>
    public ExecMount AsReadOnly()
    {
        var mount = Mount.Clone();
        mount.Readonly = true;
        return new ExecMount(mount, From, [.. Capabilities]);
    }

    private static string[] Bound(LlbState from) => from.Node is null ? [] : [Llb.Capabilities.ExecMountBind];

    private static string[] Selected(string selector) => selector.Length == 0 ? [] : [Llb.Capabilities.ExecMountSelector];
}
