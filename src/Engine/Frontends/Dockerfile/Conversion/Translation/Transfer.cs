using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>A <c>COPY</c> or <c>ADD</c> with its variables put in.</summary>
/// <param name="Instruction">As written.</param>
internal sealed record Transfer(TransferInstruction Instruction)
{
    public required IReadOnlyList<string> Sources { get; init; }

    public required IReadOnlyList<Heredoc> Documents { get; init; }

    public required string Destination { get; init; }

    public string? Owner { get; init; }

    public string? Mode { get; init; }

    public string? Checksum { get; init; }

    public bool? KeepsGitDirectory { get; init; }

    /// <summary>What all sources share.</summary>
    public required CopyOptions Options { get; init; }

    public bool IsAdd => Instruction is AddInstruction;

    public string Keyword => IsAdd ? "ADD" : "COPY";
}
