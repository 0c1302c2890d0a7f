using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Records;

public sealed class BuildTraceTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Write_Build_IsASpanWithOneForEachOperationThatRan()
    {
        var record = new BuildHistoryRecord { Ref = "one", CreatedAt = At(0), Error = new Google.Rpc.Status { Message = "no" } };
        var lines = Lines(BuildTrace.Write(
            record, [new Vertex { Digest = "d2", Name = "second", Started = At(2), Completed = At(3), Error = "no" }, new Vertex { Digest = "d0", Name = "never" }, new Vertex { Digest = "d1", Name = "first", Started = At(1), Completed = At(1), Cached = true }],
            s_start.AddSeconds(4)));
        Assert.Equal(["build", "first", "second"], lines.Select(l => l.GetProperty("Name").GetString()));
        Assert.Equal([1, 0, 1], lines.Select(l => l.GetProperty("Status").GetProperty("Code").GetInt32()));
        Assert.Equal(s_start.AddSeconds(4), lines[0].GetProperty("EndTime").GetDateTimeOffset());
        Assert.Equal(s_start.AddSeconds(2), lines[2].GetProperty("StartTime").GetDateTimeOffset());
        var build = lines[0].GetProperty("SpanContext");
        Assert.Equal((32, 16), (build.GetProperty("TraceID").GetString()!.Length, build.GetProperty("SpanID").GetString()!.Length));
        Assert.All(lines.Skip(1), l => Assert.Equal(build.GetRawText(), l.GetProperty("Parent").GetRawText()));
        Assert.Equal("d1", lines[1].GetProperty("Attributes")[0].GetProperty("Value").GetProperty("Value").GetString());
    }

    [Fact]
    public void Write_Twice_IsTheSame()
    {
        var record = new BuildHistoryRecord { Ref = "one", CreatedAt = At(0) };
        Assert.Equal(BuildTrace.Write(record, [], s_start), BuildTrace.Write(record, [], s_start));
        Assert.NotEqual(BuildTrace.Write(record, [], s_start), BuildTrace.Write(new BuildHistoryRecord { Ref = "two", CreatedAt = At(0) }, [], s_start));
    }

    private static Timestamp At(int seconds) => Timestamp.FromDateTimeOffset(s_start.AddSeconds(seconds));

    private static List<JsonElement> Lines(byte[] trace) => [.. Encoding.UTF8.GetString(trace).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
}
