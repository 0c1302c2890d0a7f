using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>Whether a store can be where it is to be. Nothing is left there, and a store that does not exist is not made.</summary>
internal static class StoreCheck
{
    private const string Name = "store", ElseWhere = "Set ContainerCacheDirectory, or MSBUILDKIT_CACHE, to a folder of yours on a local disk.";

    // So much fits a base and what is built on it, as a rule.
    private const long Little = 1L << 30;

    public static HostCheck Run(string store)
    {
        var folder = StoreLocation.Nearest(store);
        var probe = Path.Combine(folder, ".msbuildkit-doctor");
        try
        {
            using (var held = FileLock.TryTake(probe, FileMode.OpenOrCreate, FileOptions.DeleteOnClose))
            using (var second = FileLock.TryShare(probe, FileMode.Open))
                if (held is not null && second is not null) return HostCheck.Bad(Name, $"locks in '{folder}' keep nobody out", ElseWhere);
            var drive = new DriveInfo(folder);
            var place = $"{store}{(folder == store ? "" : " (not made yet)")}, {drive.DriveFormat}, {drive.AvailableFreeSpace / 1_000_000_000d:0.0} GB free, locks work";
            return drive.AvailableFreeSpace < Little ? HostCheck.Bad(Name, place, "Free space with 'msbuildkit prune', or set ContainerCacheDirectory to another disk.") : HostCheck.Good(Name, place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostCheck.Bad(Name, $"'{folder}' cannot be written to: {e.Message.TrimEnd('.')}", ElseWhere);
        }
    }
}
