using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class TarHeaderTests
{
    private static readonly TreeEntry s_file = new() { Path = "a", Type = TreeEntryType.File, Mode = 0b110_100_100 };

    [Theory]
    [InlineData(1, 99)]
    [InlineData(155, 100)]
    [InlineData(100, 100)]
    public void Encode_PathThatUstarHolds_NeedsNoRecord(int folder, int name)
    {
        var path = $"{new string('d', folder)}/{new string('n', name)}";
        Assert.Equal(TarHeader.BlockSize, TarHeader.Encode(s_file with { Path = path }).Length);
    }

    [Theory]
    [InlineData(156, 100)]
    [InlineData(100, 101)]
    [InlineData(1, 101)]
    public void Encode_PathThatUstarCannotHold_IsARecord(int folder, int name)
    {
        var path = $"{new string('d', folder)}/{new string('n', name)}";
        Assert.Contains($" path={path}\n", Records(s_file with { Path = path }));
    }

    [Fact]
    public void Encode_WhatFits_NeedsNoRecord()
    {
        foreach (var entry in new[] { s_file, s_file with { Uid = 0x1F_FFFF, Gid = 0x1F_FFFF }, s_file with { Size = 0x1_FFFF_FFFF }, s_file with { ModifiedSeconds = 0x1_FFFF_FFFF } })
            Assert.Equal(TarHeader.BlockSize, TarHeader.Encode(entry).Length);
    }

    [Fact]
    public void Encode_WhatDoesNotFit_IsExactlyOneRecordThatCountsItself()
    {
        (TreeEntry Entry, string Record)[] cases =
        [
            (s_file with { Uid = 0x20_0000 }, "uid=2097152"), (s_file with { Gid = int.MaxValue }, "gid=2147483647"), (s_file with { Size = 0x2_0000_0000 }, "size=8589934592"),
            (s_file with { ModifiedSeconds = -1 }, "mtime=-1"), (s_file with { ModifiedSeconds = 0x2_0000_0000 }, "mtime=8589934592"),
            (s_file with { Path = "grüße" }, "path=grüße"), (s_file with { Type = TreeEntryType.Symlink, Link = "grüße" }, "linkpath=grüße"),
            (s_file with { Xattrs = new Dictionary<string, byte[]> { ["user.a"] = "1"u8.ToArray() } }, "SCHILY.xattr.user.a=1"),
        ];
        foreach (var (entry, record) in cases)
        {
            var bytes = Encoding.UTF8.GetByteCount(record) + 2;
            var length = bytes + (bytes + 2).ToString().Length;
            Assert.Equal($"{length} {record}\n", Records(entry));
        }
    }

    private static string Records(TreeEntry entry)
    {
        var header = TarHeader.Encode(entry);
        Assert.Equal((byte)'x', header[156]);
        return Encoding.UTF8.GetString(header, TarHeader.BlockSize, header.Length - 2 * TarHeader.BlockSize).TrimEnd('\0');
    }
}
