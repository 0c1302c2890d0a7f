using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Errors as they cross between a build and its worker.</summary>
internal static class Failures
{
    public static Failure ToWire(BuildException error)
    {
        var failure = new Failure { Code = error.Code, Kind = (int)error.Kind, Message = error.Message, Left = (error as WorkerException)?.Left };
        if (error is WorkerException { Failure: { } step })
            failure.Step = new StepEnd { Args = { step.Args }, ExitCode = step.ExitCode, LastLines = { step.LastLines } };
        return failure;
    }

    public static WorkerException FromWire(Failure failure) => new(failure.Code, (ErrorKind)failure.Kind, failure.Message)
    {
        Left = failure.Left,
        Failure = failure.Step is { } step ? new StepFailure([.. step.Args], step.ExitCode, [.. step.LastLines]) : null,
    };
}
