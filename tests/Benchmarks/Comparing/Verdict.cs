namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>What came of a case.</summary>
internal enum Verdict
{
    Agrees,

    /// <summary>The case says so.</summary>
    DiffersAsSaid,

    /// <summary>The case says that it differs, which it does not.</summary>
    Same,

    /// <summary>The case does not say so.</summary>
    Other,
}
