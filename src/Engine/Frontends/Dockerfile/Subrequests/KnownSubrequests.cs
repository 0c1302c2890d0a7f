namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>Every question that is answered.</summary>
public static class KnownSubrequests
{
    public static Subrequest Outline { get; } = new("frontend.outline", "1.0.0", "What the target can be given: arguments, secrets and SSH keys")
    {
        Options = [new("target", "The stage that is built")],
    };

    public static Subrequest Targets { get; } = new("frontend.targets", "1.0.0", "The stages that can be built");

    public static Subrequest Lint { get; } = new("frontend.lint", "1.0.0", "What the checks find in the Dockerfile")
    {
        Metadata = ["result.json", "result.txt", "result.statuscode"],
    };

    public static Subrequest ConvertLlb { get; } = new("frontend.convertllb", "0.1.0", "The build graph that the Dockerfile becomes") { Metadata = ["result.json"] };

    public static Subrequest Describe { get; } = new("frontend.subrequests.describe", "1.0.0", "The questions that are answered");

    /// <summary>In the order of their names in lists.</summary>
    public static IReadOnlyList<Subrequest> All { get; } = [Outline, Targets, Lint, ConvertLlb, Describe];
}
