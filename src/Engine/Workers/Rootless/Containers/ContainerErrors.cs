using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>What can go wrong with a container, in words.</summary>
internal static class ContainerErrors
{
    public const string EndedCode = "MBK2060";
    public const string FilesCode = "MBK2061";
    public const string SignalCode = "MBK2062";
    public const string DescriptionCode = "MBK2063";
    public const string TerminalCode = "MBK2064";

    public static WorkerException Ended() => new(EndedCode, ErrorKind.FailedPrecondition,
        "The container's first process has ended, and with it the container. Open another one, whose first process stays.");

    public static WorkerException Closed() => new(EndedCode, ErrorKind.FailedPrecondition,
        "The container is closed. Open another one.");

    public static WorkerException NoMount(int mount, int count) => new(FilesCode, ErrorKind.Invalid,
        $"The container has no mount {mount} with files: it has {count} mounts, numbered from 0, and those of secrets, agents and memory cannot be looked into. Name another one.");

    public static WorkerException NotThere(string path) => new(FilesCode, ErrorKind.NotFound, $"'{path}' is not there in the container's mount. Check the path.");

    public static WorkerException NoFile(string path) => new(FilesCode, ErrorKind.Invalid, $"'{path}' in the container's mount is no plain file. Name one that is.");

    public static WorkerException NoFolder(string path) => new(FilesCode, ErrorKind.Invalid, $"'{path}' in the container's mount is no directory. Name one that is.");

    public static WorkerException BadPattern(string pattern, Exception? inner) => new(FilesCode, ErrorKind.Invalid, $"'{pattern}' is no pattern of names. Close its brackets.", inner);

    public static WorkerException UnknownSignal(string name) => new(SignalCode, ErrorKind.Invalid, $"There is no signal '{name}'. Use a name such as 'SIGTERM', or a number.");

    public static WorkerException BadDescription(string why) => new(DescriptionCode, ErrorKind.Invalid, $"The container cannot be opened: {why}.");

    public static WorkerException NoTerminal(IOException inner) => new(TerminalCode, ErrorKind.FailedPrecondition,
        $"This machine gives no terminal ({inner.Message.TrimEnd('.')}). Mount devpts at '/dev/pts', or start the process without a terminal.", inner);
}
