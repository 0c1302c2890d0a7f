namespace MsBuildKit.Engine.Llb;

/// <summary>What a command leaves.</summary>
/// <param name="Root">The tree it ran in, changed.</param>
/// <param name="Mounts">The writable mounts, by destination, changed.</param>
public sealed record ExecStates(LlbState Root, IReadOnlyDictionary<string, LlbState> Mounts);
