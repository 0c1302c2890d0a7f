namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Who uses a cache of steps at a moment.</summary>
public enum CacheUse
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>Steps that share it.</summary>
    Shared,

    /// <summary>One step, or an export or import, that has it alone.</summary>
    Alone,
}
