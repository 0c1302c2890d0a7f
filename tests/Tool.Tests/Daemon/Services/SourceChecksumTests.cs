using System.Security.Cryptography;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Tests.Daemon.Services;

public sealed class SourceChecksumTests
{
    [Fact]
    public async Task Compute_WithASuffix_IsTheDigestOfBoth()
    {
        var request = new ChecksumRequest { Algo = 2, Suffix = ByteString.CopyFrom(3, 4) };
        SourceChecksum.Check(request);
        var answer = await SourceChecksum.ComputeAsync(new MemoryStream([1, 2]), request, TestContext.Current.CancellationToken);
        Assert.Equal($"sha512:{Convert.ToHexStringLower(SHA512.HashData([1, 2, 3, 4]))}", answer.Digest);
    }

    [Theory]
    [InlineData(0, 4097, "suffix exceeds max size")]
    [InlineData(99, 0, "unsupported checksum algorithm 99")]
    public void Check_WhatCannotBeComputed_IsRefused(int algorithm, int suffix, string why) =>
        Assert.Contains(why, Assert.ThrowsAny<BuildException>(() => SourceChecksum.Check(new ChecksumRequest { Algo = algorithm, Suffix = ByteString.CopyFrom(new byte[suffix]) })).Message);
}
