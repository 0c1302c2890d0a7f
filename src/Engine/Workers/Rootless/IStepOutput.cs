namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Gets what a step writes, as it writes it: whole, never two calls at once, in order within a stream. A slow receiver slows the step.</summary>
public interface IStepOutput
{
    /// <summary>Takes bytes, which are only lent for the call.</summary>
    ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
