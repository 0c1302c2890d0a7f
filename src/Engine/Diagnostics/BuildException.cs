namespace MsBuildKit.Engine.Diagnostics;

/// <summary>Base of every error that a user is meant to read. Each room derives one type from it.</summary>
/// <remarks>
/// <see cref="Exception.Message"/> is one sentence: what failed, which (quoted), what to do next. It holds no secret, no
/// type name and no control character. <see cref="Code"/> has a heading in <c>docs/errors.md</c>; codes are never reused.
/// Cancellation is never wrapped: it stays an <see cref="OperationCanceledException"/>.
/// </remarks>
public abstract class BuildException(string code, ErrorKind kind, string message, Exception? inner = null)
    : Exception(PlainText.Of(message), inner)
{
    /// <summary>The stable code, <c>MBK</c> and four digits.</summary>
    public string Code { get; } = code;

    /// <summary>What the caller can do about it.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>Where the fault stands in something the user wrote, when that is known.</summary>
    public SourcePosition? Position { get; init; }
}
