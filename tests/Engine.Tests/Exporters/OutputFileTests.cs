using MsBuildKit.Engine.Exporters;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class OutputFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Replace_WhatADeadBuildLeftBeside_Goes()
    {
        _folder.Write("file", "same");
        _folder.Write("file.new", "half");
        OutputFile.Replace(_folder["file"], "same"u8.ToArray());
        Assert.Equal([_folder["file"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Replace_WhereAFolderStands_LeavesNothingBeside()
    {
        _folder.Write("file/x", "x");
        var error = Assert.Throws<ExportException>(() => OutputFile.Replace(_folder["file"], "bytes"u8.ToArray()));
        Assert.Equal("MBK2202", error.Code);
        Assert.Contains("ContainerOutputDirectory", error.Message);
        Assert.False(File.Exists(_folder["file.new"]));
    }

    [Fact]
    public void Remove_AFolder_IsTold()
    {
        _folder.Write("file/x", "x");
        Assert.Equal("MBK2202", Assert.Throws<ExportException>(() => OutputFile.Remove(_folder["file"])).Code);
    }
}
