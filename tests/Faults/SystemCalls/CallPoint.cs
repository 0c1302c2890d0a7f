namespace MsBuildKit.Faults.SystemCalls;

/// <summary>One moment of a build: the so-manieth call of a name for a path.</summary>
/// <param name="Call">The system call.</param>
/// <param name="Path">Relative to the build's folder.</param>
/// <param name="Occurrence">From 1.</param>
internal sealed record CallPoint(string Call, string Path, int Occurrence)
{
    public override string ToString() => $"{Call} {Occurrence} of '{Path}'";
}
