using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>What can go wrong with a file operation, in words; what a tree lacks <see cref="Snapshots.SnapshotException"/> says.</summary>
internal static class FileErrors
{
    public const string BadActionCode = "MBK2041";
    public const string InTheWayCode = "MBK2042";
    public const string BadArchiveCode = "MBK2043";
    public const string NothingFoundCode = "MBK2044";

    public static WorkerException BadPattern(string pattern, Exception? inner) =>
        new(BadActionCode, ErrorKind.Invalid, $"'{pattern}' is no pattern of paths. Close its brackets, and put a character behind each '\\'.", inner);

    public static WorkerException BadMode(string mode) =>
        new(BadActionCode, ErrorKind.Invalid, $"'{mode}' is no mode. Write it as for chmod, such as '755' or 'u=rwX,go=rX'.");

    public static WorkerException RootStays() =>
        new(BadActionCode, ErrorKind.Invalid, "A file operation is to remove the root of its tree. Name what is to go.");

    public static WorkerException InTheWay(string path, string what) =>
        new(InTheWayCode, ErrorKind.FailedPrecondition, $"'/{path}' {what}. Remove it in an action before.");

    public static WorkerException InTheWayOfCopy(string path, string what) =>
        new(InTheWayCode, ErrorKind.FailedPrecondition, $"'/{path}' {what}. Remove it in an action before, or let the copy replace what is there.");

    public static WorkerException Device(string path) =>
        new(InTheWayCode, ErrorKind.NotSupported, $"'/{path}' is a device, which cannot be copied. Leave it out by a pattern.");

    public static WorkerException NothingFound(string pattern) =>
        new(NothingFoundCode, ErrorKind.NotFound, $"\"{pattern}\": not found in the tree that is copied from. Check the path, and what the steps before leave there.");

    public static WorkerException BadArchive(string path, string why, Exception inner) =>
        new(BadArchiveCode, ErrorKind.Invalid, $"The archive '/{path}' cannot be unpacked: {why}. Make it again without that, or copy it as a file.", inner);
}
