using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Something that is said of a result, wherever it is exported to.</summary>
/// <param name="FileName">What it is called beside files.</param>
/// <param name="Write">Writes it of a result that becomes an image of some names.</param>
internal sealed record ResultStatement(string FileName, Func<IReadOnlyList<ImageReference>, CancellationToken, Task<Predicate>> Write)
{
    /// <summary>It belongs nowhere but into images, and those are made no index of for its sake alone, unless an exporter wants it.</summary>
    public bool IsInlineOnly { get; init; }

    /// <summary>One that says the same of whatever the result becomes.</summary>
    public static ResultStatement Of(string fileName, Predicate predicate) => new(fileName, (_, _) => Task.FromResult(predicate));
}
