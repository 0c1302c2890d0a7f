using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A snapshot that is not removed before this is disposed, or its process ends.</summary>
/// <param name="trees">The directories that it is made of, from the bottom up.</param>
/// <param name="holds">The locks.</param>
internal sealed class HeldSnapshot(IReadOnlyList<string> trees, IReadOnlyList<SafeFileHandle> holds) : IDisposable
{
    /// <summary>The directories that it is made of, from the bottom up.</summary>
    public IReadOnlyList<string> Trees => trees;

    /// <summary>The snapshot that lies on this one in its record: this one's trees, and one more.</summary>
    public HeldSnapshot With(string tree, SafeFileHandle hold) => new([.. trees, tree], [.. holds, hold]);

    public void Dispose()
    {
        foreach (var hold in holds) hold.Dispose();
    }
}
