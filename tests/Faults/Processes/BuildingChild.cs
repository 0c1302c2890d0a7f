using System.Globalization;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Faults.Projects;

namespace MsBuildKit.Faults.Processes;

/// <summary>One process of the drill: builds projects one after the other in the shared store, and says after each that it is done.</summary>
internal sealed class BuildingChild(string root, int number, int seed)
{
    // Neighbours in time choose among so few projects that several want the same at once.
    private const int Choice = 3;

    /// <summary>How many projects there must be for so many builds.</summary>
    public static int ProjectsFor(int builds) => builds - 1 + Choice;

    public static string StoreOf(string root) => Path.Combine(root, "store");

    public static string OutputOf(string root, int number) => Path.Combine(root, "out", number.ToString(CultureInfo.InvariantCulture));

    public static string HistoryOf(string root) => Path.Combine(root, "history");

    public async Task RunAsync(int first, int count, CancellationToken cancellationToken)
    {
        using var history = new HistoryWriter(Path.Combine(HistoryOf(root), $"build-{number}-{Environment.ProcessId}"));
        history.Write(HistoryKind.Alive);
        var pool = new ProjectPool(Path.Combine(root, "pool"));
        for (var i = first; i < count; i++)
        {
            var project = i + new Random(HashCode(number, i)).Next(Choice);
            history.Write(HistoryKind.BuildStarted, KeyOf(project));
            var request = pool.Request(project, StoreOf(root), OutputOf(root, number));
            var result = await new Builder(ProjectPool.Services).BuildAsync(request, new Steps(history, KeyOf(project)), cancellationToken);
            history.Write(HistoryKind.BuildEnded, KeyOf(project), result.Image.Digest.ToString());
            Console.WriteLine(i);
        }
    }

    public static string KeyOf(int project) => project.ToString(CultureInfo.InvariantCulture);

    private int HashCode(int a, int b) => unchecked((seed * 1_000_003) + (a * 1_009) + b);

    private sealed class Steps(HistoryWriter history, string project) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value) => history.Write(
            value switch { StepStarted => HistoryKind.StepStarted, StepCompleted { Cached: true } => HistoryKind.StepFound, StepCompleted => HistoryKind.StepEnded, _ => HistoryKind.Alive },
            value switch { StepStarted s => $"{project} {s.Name}", StepCompleted c => $"{project} {c.Name}", _ => "" });
    }
}
