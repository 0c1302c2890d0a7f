using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>What a collection may remove at all; everything that is set must hold. What dead processes left, and what is damaged, goes in
/// any case.</summary>
/// <remarks>A blob that a record refers to goes only after its records, so it stays where the filter spares one of these.</remarks>
public sealed record CollectionFilter
{
    /// <summary>Spares nothing.</summary>
    public static CollectionFilter Anything { get; } = new();

    /// <summary>Only these kinds; empty for all.</summary>
    public IReadOnlyList<CollectedKind> Kinds { get; init; } = [];

    /// <summary>Only blobs that no record refers to.</summary>
    public bool Unreferenced { get; init; }

    /// <summary>Only what was not used for this long.</summary>
    public TimeSpan? UnusedFor { get; init; }

    /// <summary>Only blobs whose digest starts so, with its algorithm or without, and records that refer to one of them; empty for all.</summary>
    public IReadOnlyList<string> DigestPrefixes { get; init; } = [];

    /// <summary>Only what the caller chooses; <c>null</c> for all.</summary>
    public Func<CollectedItem, bool>? Chooses { get; init; }

    /// <param name="item">What is to be removed; a blob has no record any more.</param>
    /// <param name="digests">Its own digest, or those that it refers to.</param>
    /// <param name="now">The moment of collection.</param>
    internal bool Takes(CollectedItem item, IReadOnlyList<Digest> digests, DateTime now) =>
        Chooses?.Invoke(item) != false
        && (Kinds.Count == 0 || Kinds.Contains(item.Kind))
        && (!Unreferenced || item.Kind == CollectedKind.Blob)
        && (UnusedFor is not { } span || now - item.File.LastUsed > span)
        && (DigestPrefixes.Count == 0 || digests.Any(d => DigestPrefixes.Any(p => StartsWith(d, p))));

    private static bool StartsWith(Digest digest, string prefix) =>
        digest.Hex.StartsWith(prefix, StringComparison.Ordinal) || digest.ToString().StartsWith(prefix, StringComparison.Ordinal);
}
