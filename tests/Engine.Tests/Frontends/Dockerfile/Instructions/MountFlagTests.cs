using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Instructions;

public sealed class MountFlagTests
{
    private static MountFlag Read(string value)
    {
        var mount = MountFlag.TryParse(value, isExpanded: true, out var error);
        Assert.Null(error);
        return mount!;
    }

    [Fact]
    public void TryParse_Bind_IsTheDefault() => Assert.Equal(new MountFlag { Source = "src", Target = "/t", From = "tools" }, Read("from=tools,source=src,target=/t"));

    [Fact]
    public void TryParse_Cache_HasItsKeys()
        => Assert.Equal(
            new MountFlag { Kind = MountKind.Cache, Id = "apt", Target = "/var/cache", Sharing = MountSharing.Locked, Mode = 0x1ED, Uid = 1000, Gid = 7, ReadOnly = true },
            Read("type=cache,id=apt,dst=/var/cache,sharing=locked,mode=0755,uid=1000,gid=7,ro"));

    [Fact]
    public void TryParse_Secret_HasItsKeys()
        => Assert.Equal(new MountFlag { Kind = MountKind.Secret, Id = "token", Variable = "TOKEN", Required = true, Mode = 0x100 }, Read("TYPE=Secret,id=token,env=TOKEN,required,mode=0400"));

    [Fact]
    public void TryParse_Ssh_MayBeRequired() => Assert.Equal(new MountFlag { Kind = MountKind.Ssh, Required = false }, Read("type=ssh,required=false"));

    [Theory]
    [InlineData("64m", 64L << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("10 KiB", 10L << 10)]
    [InlineData("7b", 7)]
    [InlineData("123", 123)]
    public void TryParse_Size_IsDockers(string size, long bytes) => Assert.Equal(bytes, Read($"type=tmpfs,target=/t,size={size}").Size);

    [Theory]
    [InlineData("rw", false)]
    [InlineData("readwrite=false", true)]
    [InlineData("readonly", true)]
    [InlineData("ro=0", false)]
    public void TryParse_Access_MayBeSaidBothWays(string key, bool isReadOnly) => Assert.Equal(isReadOnly, Read("target=/t," + key).ReadOnly);

    [Fact]
    public void TryParse_QuotedFields_HoldCommasAndQuotes() => Assert.Equal("/a,\"b", Read("type=bind,\"target=/a,\"\"b\"").Target);

    [Theory]
    [InlineData("typ=bind", "unexpected key 'typ' (did you mean type?)")]
    [InlineData("type=cahce", "unsupported mount type \"cahce\" (did you mean cache?)")]
    [InlineData("type=4", "use one of")]
    [InlineData("type=cache,sharing=lock", "'sharing'")]
    [InlineData("target", "target=value")]
    [InlineData("required,type=secret", "'required'")]
    [InlineData("size=1m,type=tmpfs", "'size'")]
    [InlineData("type=tmpfs,size=big", "64m")]
    [InlineData("type=tmpfs,size=1zb", "64m")]
    [InlineData("type=tmpfs,size=9999999999999p", "64m")]
    [InlineData("type=cache,mode=9", "octal")]
    [InlineData("type=cache,uid=-1", "uid")]
    [InlineData("type=cache,gid=4294967296", "gid")]
    [InlineData("mode=0755", "'mode'")]
    [InlineData("type=tmpfs,uid=1", "'uid'")]
    [InlineData("sharing=shared", "'sharing'")]
    [InlineData("ro=perhaps", "true or false")]
    [InlineData("type=secret", "names no secret")]
    [InlineData("type=secret,id=a,source=b", "both")]
    [InlineData("type=secret,id=a,from=b", "'from'")]
    [InlineData("type=secret,id=a,sharing=locked", "'sharing'")]
    [InlineData("target=/a\"b", "quotes")]
    [InlineData("", "unexpected key")]
    public void TryParse_WhatCannotBe_IsTold(string value, string part)
    {
        Assert.Null(MountFlag.TryParse(value, isExpanded: true, out var error));
        Assert.Contains(part, error);
    }

    [Fact]
    public void TryParse_NotExpanded_ChecksKeysAlone()
    {
        Assert.NotNull(MountFlag.TryParse("type=$KIND,mode=$MODE,required,size=$SIZE", isExpanded: false, out _));
        Assert.Null(MountFlag.TryParse("type=cache,tagret=$T", isExpanded: false, out var error));
        Assert.Contains("(did you mean target?)", error);
        Assert.Null(MountFlag.TryParse("from=$STAGE", isExpanded: false, out error));
        Assert.Contains("'from'", error);
    }

    [Fact]
    public void TryParse_ValuesWithCommas_SeparateNothing()
        => Assert.Equal("/a,ro", MountFlag.TryParse("type=bind,target=$T", v => v.Replace("$T", "/a,ro"), out _)!.Target);
}
