namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>A modification time.</summary>
/// <param name="Seconds">Of the Unix epoch; below 0 is before it.</param>
/// <param name="Nanoseconds">What is beyond the second.</param>
internal readonly record struct FileTime(long Seconds, uint Nanoseconds)
{
    private const long Second = 1_000_000_000;

    /// <summary>A time as it stands in LLB, in nanoseconds; <c>null</c> for -1, which means none.</summary>
    public static FileTime? FromWire(long nanoseconds)
    {
        if (nanoseconds == -1) return null;
        var (seconds, rest) = Math.DivRem(nanoseconds, Second);
        return rest < 0 ? new(seconds - 1, (uint)(rest + Second)) : new(seconds, (uint)rest);
    }
}
