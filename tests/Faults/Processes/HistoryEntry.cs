using System.Globalization;

namespace MsBuildKit.Faults.Processes;

/// <summary>A line of the history that processes write.</summary>
/// <param name="Time">By the clock that all processes of a machine share.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The project or the step that it happened to; of a removal, the digests that went with it.</param>
/// <param name="Digest">What came of it, or nothing.</param>
internal sealed record HistoryEntry(long Time, HistoryKind Kind, string Key, string Digest)
{
    public static HistoryEntry Parse(string line) => line.Split('\t') is [var time, var kind, var key, var digest]
        ? new HistoryEntry(long.Parse(time, CultureInfo.InvariantCulture), Enum.Parse<HistoryKind>(kind), key, digest)
        : throw new InvalidDataException($"'{line}' is no line of a history.");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}\t{Kind}\t{Key}\t{Digest}\n");
}

/// <summary>What happens in a process of the drill.</summary>
internal enum HistoryKind
{
    /// <summary>The process is up; or it does something that is not worth a line of its own.</summary>
    Alive,

    BuildStarted,

    /// <summary>With the image's digest.</summary>
    BuildEnded,

    /// <summary>A step is executed.</summary>
    StepStarted,

    /// <summary>A step was executed.</summary>
    StepEnded,

    /// <summary>The result of a step was there.</summary>
    StepFound,

    CollectionStarted,

    /// <summary>A blob, or a record that refers to the blobs in the key, was removed by the collection that ends next.</summary>
    Removed,

    CollectionEnded,
}
