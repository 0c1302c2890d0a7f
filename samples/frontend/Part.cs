namespace Partsfile;

/// <summary>A line of a Partsfile: a word that says what it is, and the words after it.</summary>
/// <param name="Line">Its number, from 1.</param>
internal sealed record Part(int Line, string Kind, IReadOnlyList<string> Words);

/// <summary>Something is wrong with a Partsfile.</summary>
internal sealed class PartException(string message) : Exception(message);
