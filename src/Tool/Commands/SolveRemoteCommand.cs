using System.CommandLine;
using System.Runtime.InteropServices;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using MsBuildKit.Tool.Remote;

namespace MsBuildKit.Tool.Commands;

/// <summary><c>solve-remote</c>: speaks to builders for an engine whose process cannot, over standard input and output. Nobody types it.</summary>
internal static class SolveRemoteCommand
{
    public static Command Create(ToolHost host)
    {
        var command = new Command(SolverProgram.CommandName, "Has builders solve the graphs of a project's build, for the build.") { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(host, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolHost host, CancellationToken cancellationToken)
    {
        // A terminal interrupts the build and this alike: the build says when to end, and then hears what became of its graphs.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var channel = new FrameChannel<Frame>(Frame.Parser, host.OpenInput(), host.OpenOutput());
        await new RemoteSolverServer(channel, builders => Open(host, builders), host.Time).ServeAsync(cancellationToken).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    // The engine has checked the addresses.
    private static RemoteSolver Open(ToolHost host, Builders builders) => new(
        new EndpointParser(builders.Folder, fault => throw new InvalidDataException(fault)).Parse(builders.Addresses), new EndpointConnector(host.Environment), host.Credentials, host.Time);
}
