using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Which requests of a <see cref="TestRegistry"/> go wrong, and how.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<(Func<RecordedRequest, bool> Matches, Queue<Fault> Faults)> _rules = [];

    /// <summary>The next requests that match go wrong, one for each fault, in this order.</summary>
    public void Add(Func<RecordedRequest, bool> matches, params Fault[] faults)
    {
        lock (_gate) _rules.Add((matches, new(faults)));
    }

    /// <summary>The next requests of a method whose path contains <paramref name="part"/> go wrong.</summary>
    public void Add(string method, string part, params Fault[] faults) =>
        Add(r => r.Method == method && r.Path.Contains(part, StringComparison.Ordinal), faults);

    internal Task RunAsync(RecordedRequest record, HttpContext context, Func<Task> next) => Take(record)?.Invoke(context, next) ?? next();

    private Fault? Take(RecordedRequest record)
    {
        lock (_gate)
            foreach (var (matches, faults) in _rules)
                if (faults.Count > 0 && matches(record))
                    return faults.Dequeue();
        return null;
    }
}
