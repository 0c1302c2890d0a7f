namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>What each check says of a place.</summary>
public static class LintMessages
{
    public static string StageNameCasing(string stage) => $"The stage's name '{stage}' should be in lower case.";

    public static string FromAsCasing(string from, string keyword) => $"'{from}' and '{keyword}' should be in the same case.";

    public static string NoEmptyContinuation() => "A continued line is followed by an empty one.";

    /// <param name="keyword">As written.</param>
    /// <param name="casing"><c>uppercase</c> or <c>lowercase</c>: what most are in.</param>
    public static string ConsistentInstructionCasing(string keyword, string casing) => $"'{keyword}' should be in the case of most instructions ({casing}).";

    public static string DuplicateStageName(string stage) => $"The stage's name '{stage}' is taken by one above.";

    public static string ReservedStageName(string stage) => $"'{stage}' is reserved and should not name a stage.";

    public static string JsonArgsRecommended(string instruction) =>
        $"{instruction} should be a JSON list: a shell between does not pass signals on to the program.";

    public static string MaintainerDeprecated() => "MAINTAINER is deprecated: use LABEL org.opencontainers.image.authors=....";

    /// <param name="name">Of the argument.</param>
    /// <param name="suggestion">A name that is declared and near, or <c>null</c>.</param>
    public static string UndefinedArgInFrom(string name, string? suggestion) =>
        $"FROM uses the argument '{name}', which is not declared before it{Suggestion(suggestion)}.";

    public static string WorkdirRelativePath(string path) =>
        $"The relative WORKDIR '{path}' depends on the base image's working directory: begin with an absolute one.";

    /// <param name="name">Of the variable, without <c>$</c>.</param>
    /// <param name="suggestion">A name that is defined and near, without <c>$</c>, or <c>null</c>.</param>
    public static string UndefinedVar(string name, string? suggestion) =>
        $"The variable '${name}' is not defined{Suggestion(suggestion is null ? null : "$" + suggestion)}.";

    public static string MultipleInstructionsDisallowed(string instruction) =>
        $"The stage has several {instruction} instructions, of which only the last one counts.";

    public static string LegacyKeyValueFormat(string instruction) => $"'{instruction} key=value' should be used instead of '{instruction} key value'.";

    public static string InvalidBaseImagePlatform(string image, string expected, string actual) =>
        $"The base image '{image}' is for '{actual}', and '{expected}' is built.";

    /// <param name="platform">As written, such as <c>$TARGETPLATFORM</c>.</param>
    public static string RedundantTargetPlatform(string platform) => $"FROM need not ask for '{platform}', which is what it has without.";

    public static string SecretsUsedInArgOrEnv(string instruction, string name) =>
        $"{instruction} '{name}' looks like a secret, and the image shows it to everybody: use RUN --mount=type=secret.";

    public static string InvalidDefaultArgInFrom(string image) => $"With the defaults of its arguments FROM '{image}' has an empty or invalid name.";

    public static string FromPlatformFlagConstDisallowed(string platform) => $"FROM should not ask for the fixed platform '{platform}'.";

    /// <param name="instruction"><c>Copy</c> or <c>Add</c>, in any case.</param>
    /// <param name="path">As written.</param>
    public static string CopyIgnoredFile(string instruction, string path) => $"{instruction} of '{path}', which .dockerignore leaves out.";

    /// <param name="instruction"><c>FROM</c> or <c>ARG</c>.</param>
    /// <param name="name">Of the stage or the argument.</param>
    public static string InvalidDefinitionDescription(string instruction, string name) =>
        $"The comment above {instruction} should read '# {name} <description>', or an empty line should part them.";

    public static string ExposeProtoCasing(string port) => $"The protocol of the port '{port}' should be in lower case.";

    public static string ExposeInvalidFormat(string port) => $"EXPOSE '{port}' should name a port alone, without an address or a port of the host.";

    private static string Suggestion(string? name) => name is null ? "" : $" (did you mean {name}?)";
}
