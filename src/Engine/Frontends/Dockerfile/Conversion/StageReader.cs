using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Frontends.Dockerfile.Words;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Reads the <c>FROM</c> of stages: puts in variables and finds the contexts that stand in for stages.</summary>
internal sealed class StageReader
{
    /// <summary>The image with nothing in it.</summary>
    public const string Scratch = "scratch";

    private readonly ConversionScope _scope;
    private readonly GlobalArgs? _defaults;

    public StageReader(ConversionScope scope) => (_scope, _defaults) = (scope, GlobalArgs.FindDefaults(scope));

    public StageNode Read(Stage stage, int number)
    {
        var from = stage.From;
        CheckDefault(from);
        var image = _scope.Words.Read(from.Image, _scope.Globals.Variables);
        CheckDeclared(image, from);
        if (image.Text.Length == 0)
            throw new Fault(FaultCodes.BadImage, $"The base image '{from.Image}' is empty once its variables are put in: give the ARGs before the first FROM a default, or build with --build-arg.", from.ImageRange);
        var name = from.StageName?.ToLowerInvariant();
        var platform = ReadPlatform(from);
        return new StageNode
        {
            BaseName = image.Text, Range = from.Range, Name = name, From = from, Platform = platform,
            Title = name ?? string.Create(CultureInfo.InvariantCulture, $"stage-{number}"),
            Context = name is null ? null : _scope.Contexts.Find(name, platform ?? _scope.Platform),
            IgnoreCache = _scope.Request.NoCache is { } stages && (stages.Count == 0 || stages.Contains(name ?? "", StringComparer.OrdinalIgnoreCase)),
        };
    }

    private Platform? ReadPlatform(FromInstruction from)
    {
        if (from.Platform is not { Length: > 0 } written) return null;
        var text = _scope.Words.Read(written, _scope.Globals.Variables);
        CheckDeclared(text, from);
        CheckRedundant(written, text, from);
        CheckConstant(text, from);
        var platform = text.Text.Length == 0 ? null : PlatformText.TryParse(text.Text, _scope.Request.BuildPlatform);
        if (platform is not null) return platform;
        var hint = text.Unmatched.Select(n => NearestName.Suggest(n, _scope.Globals.Variables.Names)).FirstOrDefault(h => h.Length > 0);
        throw new Fault(FaultCodes.BadPlatform, text.Text.Length == 0
            ? $"The platform '{written}' is empty once its variables are put in{hint}. Give the ARGs before the first FROM a default, or build with --build-arg."
            : $"'{text.Text}' is not a platform{hint}. Write 'os/architecture' or 'os/architecture/variant', such as 'linux/amd64'.");
    }

    private void CheckDeclared(ExpandedText text, FromInstruction from)
    {
        foreach (var name in text.Unmatched.Where(n => !_scope.Globals.Declared.Contains(n)))
        {
            var message = LintMessages.UndefinedArgInFrom(name, NearestName.Find(name, _scope.Globals.Declared));
            _scope.Lint.Warn(LintRules.UndefinedArgInFrom, message, from.Range, from);
        }
    }

    // A platform that is given by a variable alone, and comes out as what it would be anyway.
    private void CheckRedundant(string written, ExpandedText text, FromInstruction from)
    {
        var isAlone = text.Matched.Count == 1 && text.Unmatched.Count == 0 && text.Matched.Contains(GlobalArgs.TargetPlatform);
        if (isAlone && text.Text == _scope.Globals.Variables.Find(GlobalArgs.TargetPlatform))
            _scope.Lint.Warn(LintRules.RedundantTargetPlatform, LintMessages.RedundantTargetPlatform(written), from.Range, from);
    }

    private void CheckConstant(ExpandedText text, FromInstruction from)
    {
        if (text.Matched.Count + text.Unmatched.Count > 0 || PlatformText.TryParse(text.Text, _scope.Request.BuildPlatform) is not { } platform) return;
        var name = from.StageName?.ToLowerInvariant() ?? "";
        if (name.Contains(platform.Os, StringComparison.Ordinal) || name.Contains(platform.Architecture, StringComparison.Ordinal)) return;
        _scope.Lint.Warn(LintRules.FromPlatformFlagConstDisallowed, LintMessages.FromPlatformFlagConstDisallowed(text.Text), from.Range, from);
    }

    private void CheckDefault(FromInstruction from)
    {
        if (_defaults is null || _scope.Words.TryRead(from.Image, _defaults.Variables) is not { } image) return;
        if (!ImageReference.TryParse(image.Text, out _, out _))
            _scope.Lint.Warn(LintRules.InvalidDefaultArgInFrom, LintMessages.InvalidDefaultArgInFrom(from.Image), from.Range, from);
    }
}
