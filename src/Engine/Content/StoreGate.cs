using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Content;

/// <summary>What builds pass one by one and together, and collection alone: it makes "nobody uses this blob, so remove it" one step.</summary>
/// <remarks>Held for microseconds by builds and for a batch of removals by collection, so waiting means trying again.</remarks>
internal static class StoreGate
{
    public const string FileName = ".gate";

    /// <summary>Waits until no collection is at work, and keeps it out until the result is disposed.</summary>
    public static SafeFileHandle Pass(string root) => Wait(() => FileLock.TryShare(PathOf(root), FileMode.OpenOrCreate));

    /// <summary>Waits until nobody passes, and keeps everybody out until the result is disposed.</summary>
    public static SafeFileHandle Close(string root) => Wait(() => FileLock.TryTake(PathOf(root), FileMode.OpenOrCreate));

    private static SafeFileHandle Wait(Func<SafeFileHandle?> open)
    {
        while (true)
        {
            if (open() is { } held) return held;
            Thread.Sleep(1);
        }
    }

    private static string PathOf(string root) => Path.Combine(root, "leases", FileName);
}
