namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>How programs of another processor run in steps.</summary>
/// <param name="Way">Who looks after it.</param>
/// <param name="Emulator">The emulator's path; empty where the machine has it.</param>
internal sealed record Emulation(EmulationWay Way, string Emulator = "");
