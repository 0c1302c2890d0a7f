using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The file <c>record</c> of a snapshot: one value a line.</summary>
/// <param name="Id">The ChainID of the tree.</param>
/// <param name="Parent">That of what it lies on; <c>null</c> for a bottom layer.</param>
/// <param name="LeftOut">How many entries of the layer the tree lacks, since they are devices.</param>
/// <param name="Earlier">That of another tree on the same parent, of which this one has only what is different; <c>null</c> for a tree of its own.</param>
internal sealed record SnapshotRecord(Digest Id, Digest? Parent, int LeftOut, Digest? Earlier = null)
{
    private const string None = "-";

    /// <summary>Reads a record; <c>null</c> when there is none or it is damaged.</summary>
    public static SnapshotRecord? Find(string path)
    {
        if (!SealedFile.TryRead(path, out var body) || body is null) return null;
        if (Encoding.ASCII.GetString(body).Split('\n') is not [var id, var parent, var leftOut, .. var rest, ""] || rest.Length > 1) return null;
        if (!Digest.TryParse(id, out var own) || !int.TryParse(leftOut, CultureInfo.InvariantCulture, out var lacking)) return null;
        if (!TryRead(parent, out var below) || !TryRead(rest is [var name] ? name : None, out var earlier)) return null;
        return new(own, below, lacking, earlier);
    }

    /// <summary>Writes it; false when that cannot be.</summary>
    public bool TryWrite(string path) => SealedFile.TryWrite(path, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Id}\n{Parent?.ToString() ?? None}\n{LeftOut}\n{(Earlier is { } earlier ? $"{earlier}\n" : "")}")));

    private static bool TryRead(string text, out Digest? digest)
    {
        digest = Digest.TryParse(text, out var read) ? read : null;
        return digest is not null || text == None;
    }
}
