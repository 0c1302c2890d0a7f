namespace MsBuildKit.Tool.Transfer;

/// <summary>The order of a walk: names by the bytes of their UTF-8, and what is in a folder right behind it.</summary>
internal sealed class PathOrder : IComparer<string>
{
    public static PathOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (x!, y!);
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length) return left.Length - right.Length;
        return Weight(left[at]) - Weight(right[at]);
    }

    // A slash comes before everything; and the halves of a pair stand for characters that come behind all others.
    private static int Weight(char c) => c switch
    {
        '/' => -1,
        >= '\uE000' => c - 0x800,
        >= '\uD800' => c + 0x2000,
        _ => c,
    };
}
