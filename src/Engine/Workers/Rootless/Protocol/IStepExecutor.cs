namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>What a worker does with a call.</summary>
public interface IStepExecutor
{
    /// <summary>Runs a step; what it prints goes to <paramref name="log"/> (1 output, 2 errors, 3 remarks of the worker) as it comes.</summary>
    Task<Done> RunAsync(RunStep step, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken);

    /// <summary>Unpacks what steps are about to need, while it comes into the store. Waits for what has not begun to come.</summary>
    Task<Done> UnpackAsync(UnpackLayers call, CancellationToken cancellationToken);
}
