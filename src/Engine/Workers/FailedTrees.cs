namespace MsBuildKit.Engine.Workers;

/// <summary>The trees of an operation that failed, for who wants to look into them.</summary>
/// <param name="Inputs">What it had: an exec by mount, a file operation by input. <c>null</c> for a mount of nothing.</param>
/// <param name="Mounts">What it left: an exec by mount, a file operation by action. <c>null</c> where nothing was made.</param>
public sealed record FailedTrees(IReadOnlyList<VertexResult?> Inputs, IReadOnlyList<VertexResult?> Mounts)
{
    /// <summary>Which action of a file operation failed.</summary>
    public long? Action { get; init; }

    /// <summary>It failed because this input, the only one that is told then, lacks what was to be mounted of it.</summary>
    public long? Content { get; init; }
}
