namespace MsBuildKit.Faults.Fuzz;

/// <summary>An input was read, but not as it should be.</summary>
internal sealed class BrokenOracleException(string message) : Exception(message);
