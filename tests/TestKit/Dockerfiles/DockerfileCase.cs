using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>A Dockerfile with what it is built from and what has to come out, for any builder that takes Dockerfiles.</summary>
/// <remarks>Its texts have marks such as <c>{busybox}</c>, which <see cref="DockerfileGround.Fill"/> fills in.</remarks>
/// <param name="Name">Says it in words.</param>
/// <param name="Dockerfile">Its text.</param>
/// <param name="Folders">The files of the folder <c>context</c> and of others beside it, by the folder's name.</param>
/// <param name="Options">What is said to the builder, as to <c>docker buildx build</c>, without output and context.</param>
/// <param name="Command">Is run in what comes out, by a further stage, whose image has only what it said, in <c>/said</c>; or <c>null</c>.</param>
/// <param name="Expected">The lines of the image (<see cref="ImageLines"/>), without its history when none of them is of the history.</param>
/// <param name="Error">How it fails, or <c>null</c> when it succeeds.</param>
/// <param name="Differs">What BuildKit does otherwise, or <c>null</c> when it does the same.</param>
public sealed record DockerfileCase(
    string Name,
    string Dockerfile,
    IReadOnlyDictionary<string, IReadOnlyList<TreeEntry>> Folders,
    IReadOnlyList<string> Options,
    string? Command,
    IReadOnlyList<string> Expected,
    CaseError? Error,
    string? Differs)
{
    /// <summary>Shown by test runners.</summary>
    public override string ToString() => Name;

    /// <summary>What is expected and what was seen of the same kind, for them to be compared.</summary>
    public IReadOnlyList<string> Comparable(IReadOnlyList<string> seen) =>
        Expected.Any(ImageLines.IsHistory) ? seen : [.. seen.Where(l => !ImageLines.IsHistory(l))];
}
