using System.CommandLine;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>debug</c>: for people who look for a fault.</summary>
internal static class DebugCommand
{
    public static Command Create(ToolHost host, StoreOption store) => new("debug", "For those who look for a fault.")
    {
        FailedStepCommands.CreateList(host, store), FailedStepCommands.CreateEnter(host, store), FailedStepCommands.CreateRemove(host, store), DumpLlbCommand.Create(host),
        StoreRecordsCommand.Create(host, store),
    };
}
