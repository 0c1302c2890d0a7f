namespace MsBuildKit.Faults.Fuzz;

/// <summary>What feeding one target came to.</summary>
internal sealed record FuzzReport(string Target, long Executions, int Outcomes, IReadOnlyList<string> Faults);
