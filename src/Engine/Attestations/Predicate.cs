using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>What is said of something, before it is known of what.</summary>
/// <param name="Type">A URI.</param>
/// <param name="Json">The predicate.</param>
public sealed record Predicate(string Type, byte[] Json)
{
    /// <summary>What else it speaks of, or alone.</summary>
    /// <value>Default: none, for what the statement is attached to.</value>
    public IReadOnlyList<PredicateSubject> Subjects { get; init; } = [];

    /// <summary>It is an SBOM of somebody who saw the files of an image and not their layers.</summary>
    public bool LacksLayers { get; init; }
}

/// <summary>Something that a predicate names itself.</summary>
/// <param name="Name">Its name; empty for none.</param>
/// <param name="Digests">Of it; none means what the statement is attached to, under one name more.</param>
public sealed record PredicateSubject(string Name, IReadOnlyList<Digest> Digests);
