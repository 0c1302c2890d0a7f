using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>Tells when something is copied that <c>.dockerignore</c> leaves out.</summary>
internal sealed class IgnoredPaths
{
    private static readonly string[] s_everything = ["*", "**", "**/*"];

    private readonly ConversionScope _scope;
    private PathPatterns? _patterns;

    public IgnoredPaths(ConversionScope scope)
    {
        _scope = scope;
        if (scope.Request.Context is not FolderContext || scope.Request.Ignore.Count == 0) return;
        // The fault is in another file: no place of the Dockerfile is wrong.
        scope.Try(default, () =>
        {
            var patterns = new PathPatterns(scope.Request.Ignore, (pattern, _) => new Fault(FaultCodes.BadCopy, $"The pattern '{pattern}' of .dockerignore makes no sense. Correct it."));
            // What is taken back may be in a folder that is left out: nothing can be said without looking.
            _patterns = patterns.HasExceptions ? null : patterns;
        });
    }

    public void Check(string source, TransferInstruction instruction)
    {
        if (_patterns is null) return;
        var path = UnixPath.Clean(source);
        if (path is "." or "/" ? !_scope.Request.Ignore.Any(s_everything.Contains) : !IsIgnored(path)) return;
        _scope.Lint.Warn(LintRules.CopyIgnoredFile, LintMessages.CopyIgnoredFile(instruction is AddInstruction ? "Add" : "Copy", path), instruction.Range, instruction);
    }

    private bool IsIgnored(string path)
    {
        IReadOnlyList<bool> found = [];
        var parts = path.TrimStart('/').Split('/');
        for (var i = 1; i <= parts.Length; i++)
            if (_patterns!.Match(string.Join('/', parts[..i]), found, out found))
                return true;
        return false;
    }
}
