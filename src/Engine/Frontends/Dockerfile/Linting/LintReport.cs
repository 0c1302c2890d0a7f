using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>What checks found in a Dockerfile, without what is turned off in it. Any thread may add to it.</summary>
public sealed class LintReport : ILintSink
{
    /// <summary>The code of every warning.</summary>
    public const string Warning = "MBK1960";

    /// <summary>The code of warnings that fail the build.</summary>
    public const string Failed = "MBK1961";

    private const string All = "all";

    private readonly CheckDirective _options;
    private readonly HashSet<LintWarning> _warnings = [];

    /// <summary>A report without warnings.</summary>
    /// <param name="options">What the Dockerfile's directive says, or what the build argument says that stands in for it; <c>null</c> for nothing.</param>
    public LintReport(CheckDirective? options) => _options = options ?? new CheckDirective([], false, []);

    /// <summary>A report of one Dockerfile in one build.</summary>
    /// <param name="file">Its directive counts unless the build has <see cref="CheckOptions.BuildArgument"/>.</param>
    /// <param name="buildArgs">Of the build.</param>
    /// <exception cref="DockerfileException">The build argument cannot be understood.</exception>
    public static LintReport For(ParsedDockerfile file, IReadOnlyDictionary<string, string> buildArgs)
    {
        if (!buildArgs.TryGetValue(CheckOptions.BuildArgument, out var text)) return new LintReport(file.Directives.Check);
        var problems = new List<string>();
        var options = CheckOptions.Parse(text, problems);
        if (problems.Count == 0) return new LintReport(options);
        throw new DockerfileException(file.File, [.. problems.Select(p => new DockerfileFault(CheckOptions.Invalid, p, default))]);
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

    /// <summary>The build must fail: there are warnings, and the options make them errors.</summary>
    public bool IsFailure => _options.Error && Warnings.Count > 0;

    /// <inheritdoc/>
    public void Warn(LintRule rule, string message, TextRange range, Instruction? instruction = null)
    {
        if (!IsOn(rule, instruction)) return;
        lock (_warnings) _warnings.Add(new LintWarning(rule, message, range));
    }

    /// <summary>The warnings as events of a build.</summary>
    /// <param name="file">The Dockerfile's path or name.</param>
    public IEnumerable<BuildMessage> Messages(string file) => Warnings.Select(w => new BuildMessage(
        MessageLevel.Warning, $"{w.Rule.Name}: {w.Message}", Warning, new SourcePosition(file, w.Range.Line, w.Range.Column)));

    /// <summary>Fails the build where warnings must.</summary>
    /// <param name="file">The Dockerfile's path or name.</param>
    /// <exception cref="DockerfileException">There are warnings, and the options make them errors.</exception>
    public void ThrowIfFailure(string file)
    {
        if (!IsFailure) return;
        var rules = string.Join(", ", Warnings.Select(w => w.Rule.Name).Distinct());
        throw new DockerfileException(file, [new DockerfileFault(
            Failed, $"Checks that must pass found something ({rules}): mend it, or skip them with '# check=skip=...'.", Warnings[0].Range)]);
    }

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
