using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>A vertex cannot be run here.</summary>
public sealed class WorkerException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string NotOffered = "MBK2001";
    internal const string NotDisjoint = "MBK2002";
    internal const string LayerGone = "MBK2003";
    internal const string UnknownUser = "MBK2004";
    internal const string NoNamespaces = "MBK2005";
    internal const string WorkerEnded = "MBK2006";
    internal const string OtherVersion = "MBK2007";
    internal const string NoSubordinateIds = "MBK2008";
    internal const string WorkerFault = "MBK2009";
    internal const string NoSelection = "MBK2019";
    internal const string NoFailedStep = "MBK2020";
    internal const string InvalidSource = "MBK2021";
    internal const string WrongChecksum = "MBK2022";
    internal const string SourceChanged = "MBK2023";
    internal const string NoGit = "MBK2024";
    internal const string GitFailed = "MBK2029";
    internal const string NoSuchRef = "MBK2030";
    internal const string NoSuchFolder = "MBK2027";
    internal const string TreeNotUsable = "MBK2028";
    internal const string WrongSignature = "MBK2032";
    internal const string CacheInUse = "MBK2025";
    internal const string NoCache = "MBK2026";
    internal const string NoSuchFile = "MBK2090";
    internal const string NotAFile = "MBK2091";
    internal const string NotAFolder = "MBK2092";
    internal const string InvalidQuestion = "MBK2093";
    internal const string NoSolver = "MBK2612";
    internal const string OtherSolver = "MBK2613";
    internal const string SolverEnded = "MBK2614";
    internal const string SolverFault = "MBK2615";
    internal const string LentUnreadable = "MBK2616";

    /// <summary>How the step ended, when it is one that ran and failed.</summary>
    public StepFailure? Failure { get; init; }

    /// <summary>What the operation had and what it left, where that was asked for (<see cref="StepOptions.GivesFailed"/>).</summary>
    public FailedTrees? Trees { get; init; }

    /// <summary>The same as the worker tells it.</summary>
    internal LeftTrees? Left { get; init; }

    /// <summary>The same failure, and what it left.</summary>
    internal static WorkerException Of(BuildException failure, LeftTrees left) =>
        new(failure.Code, failure.Kind, failure.Message, failure) { Failure = (failure as WorkerException)?.Failure, Left = left };

    internal static WorkerException NeedsRunner(string what) => new(NotOffered, ErrorKind.NotSupported,
        $"{what} needs a worker that can run steps, and this build has none. Leave it out, or build where one is configured.");

    internal static WorkerException ContentGone(Oci.Digest content) => new(LayerGone, ErrorKind.NotFound,
        $"A file that a step copied ('{content}') is nowhere to be had any more: it changed or was removed during the build. Build again.");

    internal static WorkerException SourceNotOffered(string what) => new(NotOffered, ErrorKind.NotSupported, $"{what} is not offered here. Leave it out.");

    internal static WorkerException NoSource(string name, string why) =>
        new(InvalidSource, ErrorKind.Invalid, $"The source '{name}' cannot be fetched: {why}. Correct it where the graph is made.");

    internal static WorkerException NoFile(string path) => new(NoSuchFile, ErrorKind.NotFound, $"'{path}': no such file or directory. Check the path, and what the result has.");

    internal static WorkerException NoRegularFile(string path) => new(NotAFile, ErrorKind.FailedPrecondition, $"'{path}' is not a regular file, so it cannot be read. Check the path.");

    internal static WorkerException NoFolder(string path) => new(NotAFolder, ErrorKind.FailedPrecondition, $"'{path}': not a directory, so it cannot be listed. Check the path.");

    internal static WorkerException NoPattern(string pattern, Exception? inner) => new(InvalidQuestion, ErrorKind.Invalid, $"'{pattern}' is no pattern of names. Write one with *, ? and [ ].", inner);

    internal static WorkerException NoRange(string path, string why) => new(InvalidQuestion, ErrorKind.Invalid, $"What is asked for of '{path}' {why}. Ask for another range.");
}
