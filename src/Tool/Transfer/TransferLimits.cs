namespace MsBuildKit.Tool.Transfer;

/// <summary>How much a peer may send before it counts as an attack.</summary>
internal sealed record TransferLimits
{
    public static TransferLimits Default { get; } = new();

    /// <value>Files, folders and links of one tree; two million.</value>
    public int Entries { get; init; } = 2_000_000;

    /// <value>Bytes of all that is said of them; half a GiB.</value>
    public long StatBytes { get; init; } = 512L << 20;

    /// <value>Files that come at the same time; 256. BuildKit's sender sends four.</value>
    public int OpenFiles { get; init; } = 256;
}
