using MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>Checks what can be seen in a Dockerfile alone. What depends on variables, images and files is found while it is converted.</summary>
/// <remarks>As with Docker some checks are of the whole text, and others only of stages that are built, since people leave unfinished stages in
/// their files.</remarks>
public static class DockerfileLinter
{
    private static readonly IReadOnlyList<ILintCheck> s_ofText =
    [
        new EmptyContinuationCheck(), new StageNameCasingCheck(), new FromAsCasingCheck(), new MaintainerCheck(), new DescriptionCheck(),
        new ReservedStageNameCheck(), new DuplicateStageNameCheck(), new InstructionCasingCheck(),
    ];

    private static readonly IReadOnlyList<ILintCheck> s_ofBuiltStages =
    [
        new JsonArgsCheck(), new MultipleInstructionsCheck(), new LegacyKeyValueCheck(), new SecretsCheck(), new ExposeCheck(),
    ];

    /// <summary>Reports what the checks find.</summary>
    /// <param name="file">The Dockerfile.</param>
    /// <param name="sink">Takes the warnings, and knows which are turned off.</param>
    /// <param name="built">The stages that are built; <c>null</c> for all.</param>
    public static void Check(ParsedDockerfile file, ILintSink sink, IReadOnlyCollection<Stage>? built = null)
    {
        foreach (var check in s_ofText) check.Check(file, sink);
        var ofBuilt = built is null ? file : file with { Stages = [.. file.Stages.Where(built.Contains)] };
        foreach (var check in s_ofBuiltStages) check.Check(ofBuilt, sink);
    }
}
