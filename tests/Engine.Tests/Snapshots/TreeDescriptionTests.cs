using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class TreeDescriptionTests
{
    private static readonly Digest s_content = Digest.Of("content"u8);

    private static readonly TreeEntry[] s_entries =
    [
        new() { Path = "d", Type = TreeEntryType.Directory, Mode = 0b111_101_101, Uid = 5, Gid = 6, ModifiedSeconds = 1_700_000_000, Xattrs = new Dictionary<string, byte[]> { ["user.b"] = [2], ["user.a"] = [1, 0] } },
        new() { Path = "d/empty", Type = TreeEntryType.File, Mode = 0b110_100_100, Content = Digest.Of([]) },
        new() { Path = "d/known", Type = TreeEntryType.File, Mode = 0b110_100_100, Size = 7, Content = s_content, Open = () => throw new InvalidOperationException() },
        new() { Path = "d/within", Type = TreeEntryType.File, Mode = 0b100_100_100_100, Size = 4, Open = () => new MemoryStream("text"u8.ToArray()) },
        new() { Path = "ü", Type = TreeEntryType.Symlink, Mode = 0b111_111_111, Link = "../x", ModifiedSeconds = -1 },
    ];

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var read = TreeDescription.Read(TreeDescription.TryWrite(s_entries)!, d => d == s_content ? new MemoryStream("content"u8.ToArray()) : throw new InvalidOperationException());
        Assert.Equal(s_entries.Select(Show), read.Select(Show));
        Assert.Equal(["content", "text"], read.Where(e => e.Size > 0).Select(e => new StreamReader(e.Open!()).ReadToEnd()));
    }

    [Fact]
    public void TryWrite_SameEntriesFromElsewhere_GivesTheSameBytes() =>
        Assert.Equal(TreeDescription.TryWrite(s_entries), TreeDescription.TryWrite(s_entries.Select(e => e.Content is null ? e : e with { Open = () => Stream.Null })));

    [Fact]
    public void TryWrite_MuchWithoutADigest_IsNotDone() =>
        Assert.Null(TreeDescription.TryWrite([s_entries[3] with { Size = 2 << 20 }]));

    [Fact]
    public void Read_WhatIsNoDescription_SaysSo()
    {
        var whole = TreeDescription.TryWrite(s_entries)!;
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => TreeDescription.Read(whole[..length], _ => Stream.Null));
        Assert.Throws<InvalidDataException>(() => TreeDescription.Read(Encoding.ASCII.GetBytes("something else, which is longer than a header"), _ => Stream.Null));
    }

    private static string Show(TreeEntry e) => FormattableString.Invariant(
        $"{e.Type} {e.Path} {e.Mode} {e.Uid}:{e.Gid} {e.ModifiedSeconds} {e.Size} {(e.Size > 0 ? e.Content : null)} {e.Link} {string.Join(',', e.Xattrs?.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key}={Convert.ToHexString(x.Value)}") ?? [])}");
}
