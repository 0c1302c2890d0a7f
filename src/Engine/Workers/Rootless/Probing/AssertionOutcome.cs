namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What came of trying whether something holds in a sandbox.</summary>
public enum AssertionOutcome
{
    Holds,
    Fails,

    /// <summary>It cannot be proven on this machine.</summary>
    Unproven,
}
