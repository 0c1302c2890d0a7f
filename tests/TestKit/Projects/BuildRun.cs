using System.Text.Json.Nodes;
using Microsoft.Build.Logging.StructuredLogger;

namespace MsBuildKit.TestKit.Projects;

/// <summary>A build that ended: what it said, its binary log, and its answers to <c>-getProperty</c> and <c>-getItem</c>.</summary>
public sealed class BuildRun(CommandResult result, string logPath, string? answersPath)
{
    private readonly Lazy<Build> _log = new(() => BinaryLog.ReadBuild(logPath));
    private readonly Lazy<JsonNode> _answers = new(() => JsonNode.Parse(File.ReadAllText(answersPath!))!);

    public string Output => result.All;

    /// <summary>The parsed binary log.</summary>
    public Build Log => _log.Value;

    public IReadOnlyList<Error> Errors => [.. Log.FindChildrenRecursive<Error>().Where(e => e is not null)];

    public IReadOnlyList<Warning> Warnings => [.. Log.FindChildrenRecursive<Warning>()];

    /// <summary>The codes of all errors, in order.</summary>
    public IReadOnlyList<string> ErrorCodes => [.. Errors.Select(e => e.Code ?? "")];

    /// <summary>Throws with all that the build said unless it succeeded.</summary>
    public BuildRun Succeeded()
    {
        result.Succeeded();
        return this;
    }

    /// <summary>Throws with all that the build said if it succeeded.</summary>
    public BuildRun Failed()
    {
        result.Failed();
        return this;
    }

    /// <summary>The line with which our task sums up, or <c>null</c> when it did not.</summary>
    public string? Summary => Output.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Contains(" layers reused, ") || l.Contains(", nothing changed)"));

    public bool SaysNothingChanged => Summary?.EndsWith(", nothing changed)", StringComparison.Ordinal) == true;

    /// <summary>A property that was asked for.</summary>
    public string Property(string name) => (string?)_answers.Value["Properties"]![name] ?? "";

    /// <summary>Items that were asked for, each with its metadata.</summary>
    public IReadOnlyList<JsonObject> Items(string type) => [.. _answers.Value["Items"]![type]!.AsArray().Select(i => i!.AsObject())];

    /// <summary>All answers as text, to compare runs: without the times that MSBuild reads from files itself.</summary>
    public string Answers
    {
        get
        {
            var answers = _answers.Value.DeepClone();
            foreach (var item in answers["Items"]!.AsObject().SelectMany(t => t.Value!.AsArray()))
                foreach (var time in new[] { "ModifiedTime", "CreatedTime", "AccessedTime" }) item!.AsObject().Remove(time);
            return answers.ToJsonString();
        }
    }

    /// <summary>The names of the targets that ran, in any project.</summary>
    public IReadOnlySet<string> Targets => Log.FindChildrenRecursive<Target>(t => !t.Skipped).Select(t => t.Name).ToHashSet();

    /// <summary>The names of the tasks that ran.</summary>
    public IReadOnlySet<string> Tasks => Log.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>().Select(t => t.Name).ToHashSet();
}
