using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The file <c>record</c> of a snapshot: one value a line.</summary>
internal sealed record SnapshotRecord(Digest Id, Digest? Parent, TreeUsage Usage, int LeftOut)
{
    private const string NoParent = "-";

    /// <summary>Reads a record; <c>null</c> when there is none or it is damaged.</summary>
    public static SnapshotRecord? Find(string path)
    {
        if (!SealedFile.TryRead(path, out var body) || body is null) return null;
        if (Encoding.ASCII.GetString(body).Split('\n') is not [var id, var parent, var size, var inodes, var leftOut, ""]) return null;
        if (!Digest.TryParse(id, out var own) || !long.TryParse(size, CultureInfo.InvariantCulture, out var bytes)
            || !long.TryParse(inodes, CultureInfo.InvariantCulture, out var count) || !int.TryParse(leftOut, CultureInfo.InvariantCulture, out var lacking)) return null;
        if (parent == NoParent) return new(own, null, new(bytes, count), lacking);
        return Digest.TryParse(parent, out var below) ? new(own, below, new(bytes, count), lacking) : null;
    }

    /// <summary>Writes it; false when that cannot be.</summary>
    public bool TryWrite(string path) => SealedFile.TryWrite(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Id}\n{Parent?.ToString() ?? NoParent}\n{Usage.Size}\n{Usage.Inodes}\n{LeftOut}\n")));
}
