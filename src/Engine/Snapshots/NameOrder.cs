namespace MsBuildKit.Engine.Snapshots;

/// <summary>Names, and paths component by component, in the order of their UTF-8 bytes: <c>a</c>, <c>a/b</c>, <c>a-b</c>. It is the order in which a
/// directory is walked whose names are sorted, and the one that BuildKit's clients demand of trees that are sent to them.</summary>
public sealed class NameOrder : IComparer<string>
{
    public static NameOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var same = x.AsSpan().CommonPrefixLength(y);
        return same == x.Length || same == y.Length ? x.Length.CompareTo(y.Length) : Rank(x[same]).CompareTo(Rank(y[same]));
    }

    // Characters beyond the basic plane are last as bytes, and before the last of that plane as surrogates. What is in a directory comes before its siblings.
    private static int Rank(char c) => c == '/' ? -1 : char.IsSurrogate(c) ? c + 0x2000 : c >= 0xE000 ? c - 0x800 : c;
}
