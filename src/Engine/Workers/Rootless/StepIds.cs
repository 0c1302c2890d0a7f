namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The ids of steps. A step's root is the first sub-id of the worker and never the caller: who gets out of a step owns nothing of theirs.</summary>
internal static class StepIds
{
    /// <summary>The worker's id of a step's root.</summary>
    public const int First = 1;

    /// <summary>How many ids a step has, from 0.</summary>
    public const int Count = 65_535;

    /// <summary>Who the step's <paramref name="id"/> is to the worker.</summary>
    public static int ToWorker(int id) => Holds(id) ? id + First : throw StepErrors.NoSuchId(id);

    /// <summary>Who the worker's <paramref name="id"/> is to the step; the overflow id for who is nobody there.</summary>
    public static uint ToStep(uint id) => id is >= First and < First + Count ? id - First : 65_534;

    public static bool Holds(long id) => id is >= 0 and < Count;
}
