using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Builds;

public sealed class UnofferedPartsTests
{
    [Fact]
    public void Refuse_WhatWouldBeMissed_IsAllTold()
    {
        var request = new SolveRequest { ProxyNetwork = true, CompatibilityVersion = 99 };
        var error = Assert.ThrowsAny<BuildException>(() => UnofferedParts.Refuse(request));
        Assert.Equal("MBK2519", error.Code);
        Assert.All(["proxy-network", "99"], part => Assert.Contains(part, error.Message));
    }

    [Fact]
    public void Refuse_WhatIsDone_Passes() =>
        UnofferedParts.Refuse(new SolveRequest { CompatibilityVersion = 20, Cache = new CacheOptions { Imports = { new CacheOptionsEntry { Type = "registry" } } } });
}
