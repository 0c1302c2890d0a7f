using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>Gathers what checks find; whoever finds something does not know what is turned off.</summary>
public interface ILintSink
{
    /// <summary>A check found something.</summary>
    /// <param name="rule">The check.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="range">Where.</param>
    /// <param name="instruction">The instruction that it is about, whose comment may turn the check off; <c>null</c> for none.</param>
    void Warn(LintRule rule, string message, TextRange range, Instruction? instruction = null);
}
