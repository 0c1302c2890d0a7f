using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Where contents are, as it travels: a table for each file that has some.</summary>
internal static class LentTables
{
    private const int DigestLength = 32;

    public static IEnumerable<LentContents> ToWire(IEnumerable<(LocalFile File, FileFacts Facts)> contents) => contents.GroupBy(c => c.File.HostPath, StringComparer.Ordinal).Select(file =>
    {
        var table = new LentContents { Path = file.Key };
        using var digests = new MemoryStream();
        foreach (var (place, facts) in file)
        {
            digests.Write(Convert.FromHexString(facts.Sha256.Hex));
            table.Offsets.Add(place.Offset ?? -1);
            table.Sizes.Add(facts.Size);
        }
        table.Digests = ByteString.CopyFrom(digests.GetBuffer(), 0, (int)digests.Length);
        return table;
    });

    public static IEnumerable<(LocalFile File, FileFacts Facts)> FromWire(LentContents table)
    {
        if (table.Digests.Length != table.Offsets.Count * DigestLength || table.Sizes.Count != table.Offsets.Count) throw new OciException(OciException.InvalidDigest, $"The table of contents of '{table.Path}' is not whole.");
        for (var i = 0; i < table.Offsets.Count; i++)
        {
            var facts = new FileFacts(Digest.FromSha256(table.Digests.Span.Slice(i * DigestLength, DigestLength)), "", table.Sizes[i], Executable: false);
            yield return (new LocalFile(table.Path, table.Path) { Offset = table.Offsets[i] < 0 ? null : table.Offsets[i] }, facts);
        }
    }
}
