using MsBuildKit.Faults.Disks;

namespace MsBuildKit.Faults.DiskFull;

/// <summary>Builds on disks that become full after so many bytes or so many files.</summary>
internal sealed class DiskFullDrill : Drill
{
    // A build of the small project writes about so much, and so many files.
    private const int BytesOfABuild = 420 << 10, FilesOfABuild = 60;

    public override string Name => "disk-full";

    public override string Promise =>
        "A build fills the disk, or uses up its inodes: one message says what is needed, what is free and how to prune; the old image or the new is there, `verify` is clean, prune works on the full disk and the next build succeeds";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("mkfs.ext4", "mount", "umount") is { } missing) return missing;
        var full = scale == Scale.Full;
        var run = new DiskFullRun(cancellationToken);
        using (var memory = await TempDisk.MemoryAsync("size=24m"))
        {
            await run.FillByBuildsAsync(memory);
            await run.SweepAsync(memory, new Ballast(Bytes: true), BytesOfABuild, full ? 4 << 10 : 32 << 10);
        }
        using (var disk = await TempDisk.Ext4Async(24 << 20, "-m", "0"))
        {
            await run.FillByBuildsAsync(disk);
            await run.SweepAsync(disk, new Ballast(Bytes: true), BytesOfABuild, full ? 4 << 10 : 64 << 10);
        }
        using (var disk = await TempDisk.Ext4Async(24 << 20, "-m", "0", "-N", "400"))
        {
            await run.FillByBuildsAsync(disk);
            await run.SweepAsync(disk, new Ballast(Bytes: false), FilesOfABuild, full ? 1 : 8);
        }
        return run.Result;
    }
}
