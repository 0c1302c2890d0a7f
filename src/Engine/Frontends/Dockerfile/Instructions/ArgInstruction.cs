namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>ARG name[=default] ...</c>.</summary>
public sealed record ArgInstruction : Instruction
{
    public required IReadOnlyList<ArgDeclaration> Args { get; init; }
}

/// <summary>One argument.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its default, or <c>null</c>.</param>
/// <param name="Range">Where it stands.</param>
public sealed record ArgDeclaration(string Key, string? Value, TextRange Range);
