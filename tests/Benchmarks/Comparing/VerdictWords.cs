namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>How verdicts come about and are said.</summary>
internal static class VerdictWords
{
    /// <param name="same">Whether BuildKit does what the case expects.</param>
    /// <param name="differs">What the case says that it does otherwise, or <c>null</c>.</param>
    public static Verdict Judge(bool same, string? differs) => (same, differs) switch
    {
        (true, null) => Verdict.Agrees,
        (false, not null) => Verdict.DiffersAsSaid,
        (true, _) => Verdict.Same,
        _ => Verdict.Other,
    };

    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Agrees => "agree",
        Verdict.DiffersAsSaid => "differ on purpose",
        Verdict.Same => "are said to differ and do not",
        _ => "differ and are not said to",
    };
}
