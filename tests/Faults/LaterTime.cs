namespace MsBuildKit.Faults;

/// <summary>The clock some hours ahead: collection takes files that are only just being written for leftovers by then.</summary>
internal sealed class LaterTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(2);
}
