namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>ADD</c>.</summary>
public sealed record AddInstruction : TransferInstruction
{
    /// <summary><c>--keep-git-dir</c>, or <c>null</c> when it is not said.</summary>
    public bool? KeepGitDirectory { get; init; }

    public string? Checksum { get; init; }

    /// <summary><c>--unpack</c>, or <c>null</c> when it is not said: local archives are unpacked and remote ones are not.</summary>
    public bool? Unpack { get; init; }
}
