namespace MsBuildKit.Faults.Registry;

/// <summary>Every request goes wrong with the same probability, in any of the ways it can.</summary>
internal sealed class MixedFaults(double rate, int seed) : FaultPlan
{
    private readonly Random _random = new(seed);

    public override FaultClass? Next(ProxiedRequest request)
    {
        lock (_random)
        {
            if (_random.NextDouble() >= rate) return null;
            var possible = FaultClasses.All.Where(c => c.Applies(request)).ToList();
            return possible[_random.Next(possible.Count)];
        }
    }
}
