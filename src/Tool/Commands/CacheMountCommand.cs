using System.CommandLine;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>cache-mount</c>: the caches that steps keep.</summary>
internal static class CacheMountCommand
{
    public static Command Create(ToolHost host, StoreOption store) => new("cache-mount", "List the caches that steps keep, and carry them from one store to another.")
    {
        CacheMountListCommand.Create(host, store), CacheMountExportCommand.Create(host, store), CacheMountImportCommand.Create(host, store),
    };

    /// <summary><c>--no-wait</c>.</summary>
    public static Option<bool> NoWait() => new("--no-wait") { Description = "Fail when a step uses a cache, where it would else be waited for." };
}
