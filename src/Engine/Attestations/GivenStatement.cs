using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>A statement that somebody else makes about what is built, such as a frontend.</summary>
/// <param name="FileName">What the file is called where statements are files.</param>
/// <param name="PredicateType">A URI.</param>
/// <param name="Predicate">JSON; nothing stands for <c>null</c>.</param>
/// <param name="Subjects">What it is about; none stands for what is built.</param>
public sealed record GivenStatement(string FileName, string PredicateType, byte[] Predicate, IReadOnlyList<GivenSubject> Subjects)
{
    /// <summary>Only for where it is part of the image.</summary>
    public bool IsInlineOnly { get; init; }
}

/// <summary>What a statement is about.</summary>
/// <param name="Name">A name; <c>null</c> for none.</param>
/// <param name="Digests">Of the content; none for what is built.</param>
public sealed record GivenSubject(string? Name, IReadOnlyList<Digest> Digests);
