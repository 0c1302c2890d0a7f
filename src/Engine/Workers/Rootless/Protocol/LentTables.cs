using System.Buffers;
using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Where contents are, as it travels: a table for each file that has some.</summary>
internal static class LentTables
{
    private const int DigestLength = 32;

    public static IEnumerable<LentContents> ToWire(IEnumerable<(LocalFile File, FileFacts Facts)> contents)
    {
        var tables = new Dictionary<string, (LentContents Table, ArrayBufferWriter<byte> Digests)>(StringComparer.Ordinal);
        foreach (var (file, facts) in contents)
        {
            if (!tables.TryGetValue(file.HostPath, out var known)) tables.Add(file.HostPath, known = (new LentContents { Path = file.HostPath }, new ArrayBufferWriter<byte>(DigestLength)));
            facts.Sha256.CopyTo(known.Digests.GetSpan(DigestLength));
            known.Digests.Advance(DigestLength);
            known.Table.Offsets.Add(file.Offset ?? -1);
            known.Table.Sizes.Add(facts.Size);
        }
        foreach (var (table, digests) in tables.Values)
        {
            table.Digests = ByteString.CopyFrom(digests.WrittenSpan);
            yield return table;
        }
    }

    /// <summary>All that is in a table. Throws <see cref="OciException"/> for one that is not whole.</summary>
    public static IEnumerable<(LocalFile File, FileFacts Facts)> FromWire(LentContents table)
    {
        Check(table);
        return Enumerable.Range(0, table.Offsets.Count).Select(i => Row(table, i));
    }

    /// <summary>One that has a content; <c>null</c> when none has. Throws as well.</summary>
    public static (LocalFile File, FileFacts Facts)? Find(IEnumerable<LentContents> tables, Digest content)
    {
        Span<byte> wanted = stackalloc byte[DigestLength];
        content.CopyTo(wanted);
        foreach (var table in tables)
        {
            Check(table);
            var digests = table.Digests.Span;
            for (var i = 0; i < table.Offsets.Count; i++)
                if (digests.Slice(i * DigestLength, DigestLength).SequenceEqual(wanted)) return Row(table, i);
        }
        return null;
    }

    private static (LocalFile, FileFacts) Row(LentContents table, int number) => (
        new LocalFile(table.Path, table.Path) { Offset = table.Offsets[number] < 0 ? null : table.Offsets[number] },
        new FileFacts(Digest.FromSha256(table.Digests.Span.Slice(number * DigestLength, DigestLength)), "", table.Sizes[number], Executable: false));

    private static void Check(LentContents table)
    {
        if (table.Digests.Length != table.Offsets.Count * DigestLength || table.Sizes.Count != table.Offsets.Count) throw new OciException(OciException.InvalidDigest, $"The table of contents of '{table.Path}' is not whole.");
    }
}
