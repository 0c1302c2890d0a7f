namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>What <c>COPY</c> and <c>ADD</c> share.</summary>
public abstract record TransferInstruction : Instruction
{
    /// <summary>Paths, patterns or addresses, in order, heredocs not included.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Files whose content stands in the Dockerfile.</summary>
    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];

    public required string Destination { get; init; }

    public string? Chown { get; init; }

    /// <summary>Octal or symbolic, or a variable.</summary>
    public string? Chmod { get; init; }

    /// <summary><c>--link</c>.</summary>
    public bool Link { get; init; }

    /// <summary>The values of <c>--exclude</c>.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];
}
