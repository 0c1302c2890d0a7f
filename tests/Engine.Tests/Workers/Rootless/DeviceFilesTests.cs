using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class DeviceFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_YamlAndJson_AreReadAlike()
    {
        _folder.Write("a.yaml", "# of a machine\nkind: 'a.example/part'\nannotations: {all: 1}\ndevices:\n- name: 7\n  annotations:\n    own: on\n- {name: \"b\"}\n");
        _folder.Write("b.yml", "kind: b.example/part\ndevices: [{name: ~}, {name: c}]\n---\nkind: c.example/part\n");
        _folder.Write("c.json", """{ "kind": "c.example/part", "devices": [{ "name": "d", "annotations": { "all": 1 } }] }""");
        _folder.Write("d.txt", "kind: d.example/part\ndevices: [{name: e}]\n");
        var devices = new DeviceFiles([_folder.Path]).List();
        Assert.Equal(["a.example/part=7", "a.example/part=b", "b.example/part=c", "c.example/part=d"], devices.Select(d => d.Name));
        Assert.Equal(new Dictionary<string, string> { ["all"] = "1", ["own"] = "on" }, devices[0].Annotations);
        Assert.Empty(devices[3].Annotations);
    }

    [Fact]
    public void List_OfTwoFolders_TheLaterWins()
    {
        _folder.Write("x/a.yaml", "kind: a.example/part\ndevices: [{name: a, annotations: {of: x}}]");
        _folder.Write("y/a.yaml", "kind: a.example/part\ndevices: [{name: a, annotations: {of: y}}]");
        Assert.Equal("y", Assert.Single(new DeviceFiles([_folder["x"], _folder["none"], _folder["y"]]).List()).Annotations["of"]);
    }

    [Theory]
    [InlineData("kind: [")]
    [InlineData("kind: a.example/part\nkind: b.example/part\ndevices: [{name: a}]")]
    [InlineData("kind: &k a.example/part\ndevices: [{name: *k}]")]
    [InlineData("? {a: b}\n: c")]
    [InlineData("? [a]\n: c")]
    [InlineData("*none")]
    [InlineData("kind: \"\\q\"")]
    [InlineData("")]
    public void List_WhatIsNoSuchYaml_IsPassedOver(string text)
    {
        _folder.Write("a.yaml", text);
        Assert.Empty(new DeviceFiles([_folder.Path]).List());
    }

    [Fact]
    public void List_DeepYaml_IsPassedOver()
    {
        _folder.Write("a.yaml", new string('[', 100_000));
        _folder.Write("b.yaml", "kind: a.example/part\ndevices: [{name: a}]");
        Assert.Single(new DeviceFiles([_folder.Path]).List());
    }
}
