using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Hears nothing: what is found was told before.</summary>
internal sealed class SilentLint : ILintSink
{
    private SilentLint() { }

    public static SilentLint Instance { get; } = new();

    public void Warn(LintRule rule, string message, TextRange range, Instruction? instruction = null) { }
}
