namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>Every check that there is. What each one says of a place stands in <see cref="LintMessages"/>.</summary>
public static class LintRules
{
    public static LintRule StageNameCasing { get; } = new("StageNameCasing", "A stage's name is in lower case.", "stage-name-casing");

    public static LintRule FromAsCasing { get; } = new("FromAsCasing", "FROM and its AS are in the same case.", "from-as-casing");

    public static LintRule NoEmptyContinuation { get; } = new("NoEmptyContinuation", "A continued line is not followed by an empty one.", "no-empty-continuation");

    public static LintRule ConsistentInstructionCasing { get; } =
        new("ConsistentInstructionCasing", "All instructions are in one case, upper or lower.", "consistent-instruction-casing");

    public static LintRule DuplicateStageName { get; } = new("DuplicateStageName", "Each stage has a name of its own.", "duplicate-stage-name");

    public static LintRule ReservedStageName { get; } = new("ReservedStageName", "No stage has a name that is kept for something else.", "reserved-stage-name");

    public static LintRule JsonArgsRecommended { get; } =
        new("JSONArgsRecommended", "CMD and ENTRYPOINT are JSON lists, so that signals reach the program.", "json-args-recommended");

    public static LintRule MaintainerDeprecated { get; } = new("MaintainerDeprecated", "An image's author is a label, not MAINTAINER.", "maintainer-deprecated");

    public static LintRule UndefinedArgInFrom { get; } = new("UndefinedArgInFrom", "FROM uses only arguments that are declared before it.", "undefined-arg-in-from");

    public static LintRule WorkdirRelativePath { get; } =
        new("WorkdirRelativePath", "A relative WORKDIR follows an absolute one, so that it does not depend on the base image.", "workdir-relative-path");

    public static LintRule UndefinedVar { get; } = new("UndefinedVar", "A variable is defined before it is used.", "undefined-var");

    public static LintRule MultipleInstructionsDisallowed { get; } = new(
        "MultipleInstructionsDisallowed", "An instruction of which only the last one counts is in a stage once.", "multiple-instructions-disallowed");

    public static LintRule LegacyKeyValueFormat { get; } =
        new("LegacyKeyValueFormat", "Keys and values are parted by '=', not by a blank.", "legacy-key-value-format");

    public static LintRule InvalidBaseImagePlatform { get; } = new("InvalidBaseImagePlatform", "The base image is for the platform that is built.", Page: null);

    public static LintRule RedundantTargetPlatform { get; } =
        new("RedundantTargetPlatform", "FROM does not ask for the target platform, which it has anyway.", "redundant-target-platform");

    public static LintRule SecretsUsedInArgOrEnv { get; } =
        new("SecretsUsedInArgOrEnv", "Secrets are not in ARG or ENV, which the image shows to everybody.", "secrets-used-in-arg-or-env");

    public static LintRule InvalidDefaultArgInFrom { get; } =
        new("InvalidDefaultArgInFrom", "The defaults of arguments give FROM a valid name.", "invalid-default-arg-in-from");

    public static LintRule FromPlatformFlagConstDisallowed { get; } = new(
        "FromPlatformFlagConstDisallowed", "FROM does not ask for one fixed platform.", "from-platform-flag-const-disallowed");

    public static LintRule CopyIgnoredFile { get; } = new("CopyIgnoredFile", "Nothing is copied that .dockerignore leaves out.", "copy-ignored-file");

    public static LintRule InvalidDefinitionDescription { get; } = new(
        "InvalidDefinitionDescription", "A comment directly above a stage or an argument begins with its name and describes it.", "invalid-definition-description",
        IsExperimental: true);

    public static LintRule ExposeProtoCasing { get; } = new("ExposeProtoCasing", "The protocol of EXPOSE is in lower case.", "expose-proto-casing");

    public static LintRule ExposeInvalidFormat { get; } =
        new("ExposeInvalidFormat", "EXPOSE names ports, without an address or a port of the host.", "expose-invalid-format");

    /// <summary>In the order that Docker's documentation has.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        StageNameCasing, FromAsCasing, NoEmptyContinuation, ConsistentInstructionCasing, DuplicateStageName, ReservedStageName, JsonArgsRecommended,
        MaintainerDeprecated, UndefinedArgInFrom, WorkdirRelativePath, UndefinedVar, MultipleInstructionsDisallowed, LegacyKeyValueFormat,
        InvalidBaseImagePlatform, RedundantTargetPlatform, SecretsUsedInArgOrEnv, InvalidDefaultArgInFrom, FromPlatformFlagConstDisallowed,
        CopyIgnoredFile, InvalidDefinitionDescription, ExposeProtoCasing, ExposeInvalidFormat,
    ];
}
