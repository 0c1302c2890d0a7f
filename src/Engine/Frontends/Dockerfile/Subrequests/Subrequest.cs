namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>A question about a Dockerfile that is answered without building it.</summary>
/// <param name="Name">Such as <c>frontend.outline</c>.</param>
/// <param name="Version">Of the answer's form.</param>
/// <param name="Description">One sentence.</param>
public sealed record Subrequest(string Name, string Version, string Description)
{
    /// <summary>Parameters of its own: name and description.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; init; } = [];

    /// <summary>The forms that the answer has.</summary>
    public IReadOnlyList<string> Metadata { get; init; } = ["result.json", "result.txt"];
}
