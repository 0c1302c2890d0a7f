namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A failed step whose files are kept.</summary>
/// <param name="Id">By which it is entered.</param>
/// <param name="Name">What ran, as the history of an image would say it.</param>
/// <param name="Failed">When it failed, or was last entered; UTC.</param>
public sealed record FailedStepEntry(string Id, string Name, DateTime Failed);
