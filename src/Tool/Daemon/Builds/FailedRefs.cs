using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What a vertex had and left that failed, as results of its build. An id is empty where there is no tree.</summary>
/// <param name="Trees">The trees.</param>
/// <param name="Inputs">Ids of what it had.</param>
/// <param name="Mounts">Ids of what it left.</param>
internal sealed record FailedRefs(FailedTrees Trees, IReadOnlyList<string> Inputs, IReadOnlyList<string> Mounts)
{
    /// <summary>The trees that a failure comes with, or <c>null</c>.</summary>
    public static FailedTrees? FindTrees(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            if (error is WorkerException { Trees: { } trees })
                return trees;
        return null;
    }
}
