namespace MsBuildKit.Faults.Registry;

/// <summary>One way for a request to go wrong.</summary>
/// <param name="Applies">Whether it can happen to a request.</param>
/// <param name="Inflict">Answers in that way, or does not.</param>
internal sealed record FaultClass(string Name, Func<ProxiedRequest, bool> Applies, Func<Exchange, Task> Inflict);
