namespace MsBuildKit.Faults.Registry;

/// <summary>Decides what happens to each request.</summary>
internal abstract class FaultPlan
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new MixedFaults(0, 0);

    /// <summary>The fault for a request, or <c>null</c>.</summary>
    public abstract FaultClass? Next(ProxiedRequest request);
}
