using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>What checks found in a Dockerfile, without what is turned off in it. Any thread may add to it.</summary>
public sealed class LintReport : ILintSink
{
    /// <summary>The code of every warning.</summary>
    public const string Warning = "MBK1960";

    /// <summary>The code of warnings that fail the build.</summary>
    public const string Failed = "MBK1961";

    /// <summary>The code of a build argument that cannot be understood.</summary>
    public const string InvalidOptions = "MBK1962";

    /// <summary>The build argument that stands in for the directive.</summary>
    public const string BuildArgument = "BUILDKIT_DOCKERFILE_CHECK";

    private const string All = "all";

    private readonly string _file;
    private readonly CheckDirective _options;
    private readonly HashSet<LintWarning> _warnings = [];

    /// <summary>A report without warnings.</summary>
    /// <param name="file">The Dockerfile's path or name.</param>
    /// <param name="options">What the Dockerfile's directive says, or what the build argument says that stands in for it; <c>null</c> for nothing.</param>
    public LintReport(string file, CheckDirective? options) => (_file, _options) = (file, options ?? new CheckDirective([], false, []));

    /// <summary>A report of one Dockerfile in one build.</summary>
    /// <param name="file">Its directive counts unless the build has <see cref="BuildArgument"/>.</param>
    /// <param name="buildArgs">Of the build.</param>
    /// <exception cref="DockerfileException">The build argument cannot be understood.</exception>
    public static LintReport Of(ParsedDockerfile file, IReadOnlyDictionary<string, string> buildArgs)
    {
        if (!buildArgs.TryGetValue(BuildArgument, out var text)) return new LintReport(file.File, file.Directives.Check);
        if (string.IsNullOrWhiteSpace(text)) return new LintReport(file.File, null);
        if (CheckOptions.Parse(text, out var problem) is { } options) return new LintReport(file.File, options);
        throw new DockerfileException(file.File, [new DockerfileFault(
            InvalidOptions, $"The build argument '{BuildArgument}' {problem}: write 'skip=<rules>;error=<true or false>;experimental=<rules>'.", default)]);
    }

    /// <summary>In the order of the text, each once.</summary>
    public IReadOnlyList<LintWarning> Warnings
    {
        get
        {
            lock (_warnings)
                return [.. _warnings.OrderBy(w => w.Range.Line).ThenBy(w => w.Range.Column).ThenBy(w => w.Rule.Name, StringComparer.Ordinal)
                    .ThenBy(w => w.Message, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Warn(LintRule rule, string message, TextRange range, Instruction? instruction = null)
    {
        if (!IsOn(rule, instruction)) return;
        lock (_warnings) _warnings.Add(new LintWarning(rule, message, range));
    }

    /// <summary>Tells of each warning, and fails the build where they must.</summary>
    /// <param name="progress">Hears <see cref="BuildMessage"/>s.</param>
    /// <exception cref="DockerfileException">There are warnings, and the options make them errors.</exception>
    public void Tell(IProgress<BuildEvent>? progress)
    {
        var warnings = Warnings;
        foreach (var warning in warnings) progress?.Report(Message(warning));
        if (FindFailure() is { } failure) throw failure;
    }

    /// <summary>Why the warnings fail the build, or <c>null</c> when they do not.</summary>
    public DockerfileException? FindFailure()
    {
        var warnings = Warnings;
        if (!_options.Error || warnings.Count == 0) return null;
        var rules = string.Join(", ", warnings.Select(w => w.Rule.Name).Distinct());
        return new DockerfileException(_file, [new DockerfileFault(
            Failed, $"Checks that must pass found something ({rules}): mend it, or skip them with '# check=skip=...'.", warnings[0].Range)]);
    }

    private BuildMessage Message(LintWarning warning) => new(
        MessageLevel.Warning, $"{warning.Rule.Name}: {warning.Message}", Warning, new SourcePosition(_file, warning.Range.Line, warning.Range.Column));

    // 'all' skips what everybody gets; whoever asks for an experimental check by name must also skip it by name. Docker has it so.
    private bool IsOn(LintRule rule, Instruction? instruction)
    {
        if (rule.IsExperimental && !Names(_options.Experimental, rule.Name) && !_options.Experimental.Contains(All)) return false;
        return !IsSkipped(_options.Skip, rule) && (instruction is null || !IsSkipped(instruction.SkippedChecks, rule));
    }

    private static bool IsSkipped(IReadOnlyList<string> skipped, LintRule rule) =>
        Names(skipped, rule.Name) || (!rule.IsExperimental && skipped.Contains(All));

    private static bool Names(IReadOnlyList<string> rules, string name) => rules.Contains(name, StringComparer.Ordinal);
}
