using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Served;

/// <summary>The memory of a daemon and of those of its processes that live on between builds.</summary>
/// <param name="Daemon">What it holds.</param>
/// <param name="All">What all of them hold.</param>
/// <param name="Peak">The sum of what each of them held at most.</param>
internal readonly record struct DaemonMemory(long Daemon, long All, long Peak)
{
    public static DaemonMemory Read(int process)
    {
        var tree = new ProcessTreeMemory(process);
        tree.Look();
        return new DaemonMemory(ProcessTreeMemory.ResidentOf(process), tree.ResidentBytes, tree.PeakBytes);
    }
}
