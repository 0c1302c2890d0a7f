namespace MsBuildKit.Tasks;

/// <summary>What the last build left, and the fingerprint of what it was made from.</summary>
internal sealed record LastBuild(byte[] Fingerprint, BuildRecord Record)
{
    public bool IsOf(byte[]? fingerprint) => fingerprint is not null && fingerprint.AsSpan().SequenceEqual(Fingerprint);
}
