namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>How an upper directory says what is gone of the layers below.</summary>
public enum UpperMarks
{
    /// <summary>A name that is gone is a device 0:0; a directory that began anew has <c>user.overlay.opaque</c>.</summary>
    Overlay,

    /// <summary>As <c>fuse-overlayfs</c> writes it: such a device, or a file <c>.wh.NAME</c> where none can be made; a directory that began anew has
    /// <c>user.fuseoverlayfs.opaque</c>, and files of reserved names.</summary>
    FuseOverlay,
}
