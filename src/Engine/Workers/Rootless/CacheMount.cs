using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A cache directory in use. Disposing it lets others have it.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Held">Its lock.</param>
internal sealed record CacheMount(string Path, SafeFileHandle Held) : IDisposable
{
    /// <inheritdoc />
    public void Dispose() => Held.Dispose();
}
