using System.Security.Cryptography;

namespace MsBuildKit.Engine.Oci;

/// <summary>A content digest, <c>algorithm:hex</c> (OCI image-spec, descriptor.md, "Digests").</summary>
/// <remarks>Only <c>sha256</c> and <c>sha512</c> with exactly their number of lower-case hex digits exist, so a digest is always
/// safe as a file name. The default value is empty and refuses to be used.</remarks>
public readonly record struct Digest
{
    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => ToString()[..6];

    /// <summary>The lower-case hex digits after the colon.</summary>
    public string Hex => ToString()[7..];

    /// <summary>True for the default value, which names nothing.</summary>
    public bool IsEmpty => _text is null;

    /// <summary>Parses <paramref name="text"/> or throws <see cref="OciException"/> (MBK1101).</summary>
    public static Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new OciException(OciException.InvalidDigest,
            $"'{Shorten(text)}' is not a digest: expected 'sha256:' and 64 lower-case hex digits (or 'sha512:' and 128).");

    /// <summary>Parses <paramref name="text"/>; false when it is anything but a known algorithm and exact hex.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is null) return false;
        var length = text.StartsWith("sha256:", StringComparison.Ordinal) ? 64
            : text.StartsWith("sha512:", StringComparison.Ordinal) ? 128
            : -1;
        if (length < 0 || text.Length != length + 7) return false;
        foreach (var c in text.AsSpan(7))
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
                return false;
        digest = new Digest(text);
        return true;
    }

    /// <summary>The SHA-256 digest of <paramref name="bytes"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => FromSha256(SHA256.HashData(bytes));

    /// <summary>Wraps 32 bytes that are already a SHA-256 hash.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash) => hash.Length == 32
        ? new Digest("sha256:" + Convert.ToHexStringLower(hash))
        : throw new ArgumentException("A SHA-256 hash has 32 bytes.", nameof(hash));

    /// <summary>Writes the bytes of the hash: 32 of a SHA-256.</summary>
    public void CopyTo(Span<byte> hash) => Convert.FromHexString(ToString().AsSpan(7), hash, out _, out _);

    /// <summary>The canonical text; throws for the empty value.</summary>
    public override string ToString() => _text ?? throw new InvalidOperationException("The empty digest names nothing.");

    private static string Shorten(string? text) => text is null ? "" : text.Length <= 100 ? text : text[..100] + "...";
}
