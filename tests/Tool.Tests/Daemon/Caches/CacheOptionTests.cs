using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Caches;

namespace MsBuildKit.Tool.Tests.Daemon.Caches;

public sealed class CacheOptionTests
{
    [Fact]
    public void OfFrontend_BothForms_AreRead()
    {
        var json = CacheOption.OfFrontend(new Dictionary<string, string> { ["cache-imports"] = """[{"Type":"local","Attrs":{"src":"a","digest":"d"}}]""", ["cache-from"] = "not this" });
        Assert.Equal(("local", "a", "d"), (Assert.Single(json).Type, json[0]["src"], json[0]["digest"]));
        Assert.Equal(["r/a", "r/b"], CacheOption.OfFrontend(new Dictionary<string, string> { ["cache-from"] = "r/a, r/b" }).Select(c => c["ref"]));
        Assert.Empty(CacheOption.OfFrontend(new Dictionary<string, string>()));
        Assert.Equal("MBK2507", Assert.ThrowsAny<BuildException>(() => CacheOption.OfFrontend(new Dictionary<string, string> { ["cache-imports"] = "{}" })).Code);
    }

    [Theory]
    [InlineData(null, null, CacheFormat.Manifest)]
    [InlineData("false", null, CacheFormat.DockerIndex)]
    [InlineData("true", "false", CacheFormat.Index)]
    public void Read_Registry_IsLaidOutAsAsked(string? oci, string? manifest, CacheFormat format)
    {
        var attributes = new Dictionary<string, string> { ["ref"] = "r.example/c:1", ["mode"] = "max", ["ignore-error"] = "true" };
        if (oci is not null) attributes["oci-mediatypes"] = oci;
        if (manifest is not null) attributes["image-manifest"] = manifest;
        var read = CacheExport.Read(new CacheOption("registry", attributes));
        Assert.Equal((format, true, true, "r.example/c:1"), (read.Format, read.IsWhole, read.IgnoresErrors, read.Reference!.ToString()));
    }

    [Fact]
    public void Read_Inline_IsOfTheImagesOwnLayers() =>
        Assert.Equal((true, false), (Read("inline", ("mode", "max")).IsInline, Read("inline", ("mode", "max")).IsWhole));

    [Fact]
    public void Read_Compression_IsTaken() =>
        Assert.Equal((Compression.Zstd, 7, true), (Read("local", ("dest", "d"), ("compression", "zstd"), ("compression-level", "7"), ("force-compression", "true")).Compression is var c ? c.Compression : default, c.Level!.Value, c.IsForced));

    [Theory]
    [InlineData("gha", "", "", "MBK2519")]
    [InlineData("registry", "", "", "MBK2507")]
    [InlineData("local", "mode", "most", "MBK2507")]
    [InlineData("inline", "compression", "rar", "MBK2507")]
    public void Read_WhatCannotBe_IsRefused(string type, string key, string value, string code) =>
        Assert.Equal(code, Assert.ThrowsAny<BuildException>(() => Read(type, (key, value))).Code);

    private static CacheExport Read(string type, params (string Key, string Value)[] attributes) => CacheExport.Read(new CacheOption(type, attributes.Where(a => a.Key.Length > 0).ToDictionary(a => a.Key, a => a.Value)));
}
