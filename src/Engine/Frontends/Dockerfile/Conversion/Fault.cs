namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>An instruction cannot be converted. Caught where the next instruction is tried: a Dockerfile's faults are told all at once.</summary>
internal sealed class Fault(string code, string message, TextRange? range = null) : Exception(message)
{
    public string Code => code;

    /// <summary>Where, or <c>null</c> for the instruction that is being converted.</summary>
    public TextRange? Range => range;

    /// <summary>As it is reported.</summary>
    public DockerfileFault At(TextRange place) => new(code, Message, range ?? place);
}
