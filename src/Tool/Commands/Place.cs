using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Commands;

/// <summary>What a command works on: the store, or a layout or archive.</summary>
/// <param name="Path">Absolute.</param>
internal readonly record struct Place(string Path, bool IsStore)
{
    /// <summary>What <paramref name="named"/> is, or <paramref name="store"/> when nothing is named; throws MBK2401 when nothing is there.</summary>
    public static Place Find(ToolHost host, string store, string? named)
    {
        if (named is null) return new Place(store, true);
        var path = System.IO.Path.GetFullPath(named, host.CurrentDirectory);
        if (File.Exists(path)) return new Place(path, false);
        if (File.Exists(System.IO.Path.Combine(path, "index.json"))) return new Place(path, false);
        // A store is a layout too, but has no list of its images.
        if (Directory.Exists(System.IO.Path.Combine(path, "leases"))) return new Place(path, true);
        throw new ToolException(ToolException.NothingThere, ErrorKind.NotFound, $"There is no image at '{path}'. Name a layout directory, an archive or a store.");
    }
}
