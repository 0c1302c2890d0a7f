namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Where a step wrote to.</summary>
public enum StepStream
{
    /// <summary>Standard output.</summary>
    Output = 1,

    /// <summary>Standard error.</summary>
    Error = 2,
}
