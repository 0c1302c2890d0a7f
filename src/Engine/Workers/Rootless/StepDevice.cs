namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A device by its CDI name: <c>vendor/class=name</c>, <c>vendor/class=*</c> for all of a kind, <c>vendor/class</c> for the first,
/// or the class that files give devices of any vendor.</summary>
/// <param name="Name">The name.</param>
/// <param name="Optional">The step runs without it when this machine has none.</param>
public sealed record StepDevice(string Name, bool Optional = false);
