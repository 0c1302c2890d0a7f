using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>What goes wrong between an engine and the process that speaks to builders for it.</summary>
internal static class RemoteErrors
{
    public static WorkerException NotThere(string program) => new(WorkerException.NoSolver, ErrorKind.NotFound,
        $"'{program}', which speaks to builders elsewhere, is not there. Restore the package again, or set MsBuildKitToolAssembly to the 'msbuildkit.dll' of one.");

    public static WorkerException NotStarted(string why, Exception? inner) => new(WorkerException.NoSolver, ErrorKind.FailedPrecondition,
        $"The process that speaks to builders elsewhere does not start: {(why.Length > 0 ? why.TrimEnd('.') : "it says nothing")}. It needs ASP.NET Core's runtime, which comes with the .NET SDK.", inner);

    public static WorkerException OtherVersion(int version) => new(WorkerException.OtherSolver, ErrorKind.FailedPrecondition,
        $"The process that speaks to builders elsewhere has version {version} of the protocol and this build version {RemoteSolverServer.Version}. Use the tool of this package, and set MsBuildKitToolAssembly to no other.");

    public static WorkerException Ended(Exception? inner) => new(WorkerException.SolverEnded, ErrorKind.Unavailable,
        "The process that speaks to builders elsewhere ended before the build did. Something killed it, or memory ran out. Build again.", inner);

    public static WorkerException Unreadable(Exception e) => new(WorkerException.LentUnreadable, ErrorKind.FailedPrecondition,
        $"What the build lends to its builder cannot be read: {e.Message.TrimEnd('.')}. Check that it is there, and that you may read it.", e);

    public static WorkerException Fault(Exception e) => new(WorkerException.SolverFault, ErrorKind.Unavailable,
        $"The process that speaks to builders elsewhere failed in a way that nobody foresaw: {e.GetType().Name}: {e.Message.TrimEnd('.')}. Please report it.", e);
}
