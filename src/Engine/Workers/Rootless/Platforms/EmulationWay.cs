namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>Who has the programs of another processor emulated.</summary>
internal enum EmulationWay
{
    /// <summary>The machine, which has an emulator registered.</summary>
    Machine,

    /// <summary>The worker, which has registered one for its namespace.</summary>
    Worker,

    /// <summary>The step's first program alone is started through an emulator that is mounted into the step.</summary>
    Injected,
}
