namespace MsBuildKit.Faults.Fuzz;

/// <summary>Something that must not happen.</summary>
/// <param name="Name">Tells it from other faults: the kind of exception and where it came from.</param>
internal sealed record Fault(string Name, string Text);
