using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>A <c>FROM</c> and the instructions up to the next one.</summary>
public sealed record Stage(FromInstruction From, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>From its <c>FROM</c> to the end of its last instruction.</summary>
    public TextRange Range => Instructions.Count == 0 ? From.Range : From.Range.To(Instructions[^1].Range);
}
