using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Records;

public sealed class RecordedImagesTests
{
    private static readonly IReadOnlyList<IReadOnlyDictionary<string, string>> s_said = [new Dictionary<string, string> { ["a"] = "1" }, Said("one"), Said("two")];

    [Fact]
    public void AddTo_SeveralExporters_HaveAnImageEach()
    {
        var record = new BuildHistoryRecord();
        RecordedImages.AddTo(record, s_said);
        Assert.Equal([1L, 2L], record.Result.Results.Keys.Order());
        Assert.Equal(("one", "two"), (record.Result.Results[1].MediaType, record.Result.Results[2].MediaType));
        Assert.Equal(record.Result.Results[1], record.Result.ResultDeprecated);
    }

    [Fact]
    public void AddTo_NoImage_LeavesNoResult()
    {
        var record = new BuildHistoryRecord();
        RecordedImages.AddTo(record, [s_said[0]]);
        Assert.Null(record.Result);
    }

    [Fact]
    public void Join_WhatSeveralSay_IsWhatTheLastSays()
    {
        var joined = ExportSet.Join(s_said);
        Assert.Equal(("1", s_said[2]["containerimage.descriptor"]), (joined["a"], joined["containerimage.descriptor"]));
    }

    private static Dictionary<string, string> Said(string type) => new()
    {
        ["containerimage.descriptor"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($$"""{ "mediaType": "{{type}}", "digest": "sha256:{{new string('a', 64)}}", "size": 3 }""")),
    };
}
