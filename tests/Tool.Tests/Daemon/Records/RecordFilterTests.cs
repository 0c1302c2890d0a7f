using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Records;

public sealed class RecordFilterTests
{
    private static readonly UsageRecord s_cache = new() { ID = "sha256:abc", RecordType = "exec.cachemount", Mutable = true, Description = "cached mount /root, of pip", Parents = { "p1", "p2" } };

    [Theory]
    [InlineData("id==sha256:abc", true)]
    [InlineData("id==abc", false)]
    [InlineData("id!=abc", true)]
    [InlineData("id~=^sha256:a", true)]
    [InlineData("type==exec.cachemount,mutable", true)]
    [InlineData("type==exec.cachemount,immutable", false)]
    [InlineData("inuse", false)]
    [InlineData("private", true)]
    [InlineData("shared", false)]
    [InlineData("parents~=\"p[23]\"", true)]
    [InlineData("description==\"cached mount /root, of pip\"", true)]
    [InlineData("description~=/pip$/", true)]
    [InlineData("nothing.like.it", false)]
    public void Fits_Selectors_AllMustHold(string filter, bool fits) => Assert.Equal(fits, Fits(filter));

    [Fact]
    public void Fits_SeveralFilters_OneIsEnough()
    {
        Assert.True(Fits("inuse", "mutable"));
        Assert.False(Fits("inuse", "immutable"));
        Assert.True(Fits());
    }

    [Theory]
    [InlineData("id=abc")]
    [InlineData("id==")]
    [InlineData("==abc")]
    [InlineData("id==\"abc")]
    [InlineData("id~=[")]
    [InlineData("id,")]
    public void Parse_NoFilter_IsRefused(string filter) => Assert.Equal(DaemonException.BadFilter, Assert.Throws<DaemonException>(() => RecordFilter.Parse([filter])).Code);

    [Theory]
    [InlineData(0, 0, 0, 1000, 500, null)]
    [InlineData(0, 300, 0, 1000, 500, 300L)]
    [InlineData(200, 0, 0, 1000, 500, 200L)]
    [InlineData(400, 300, 0, 1000, 500, 400L)]
    [InlineData(0, 0, 700, 1000, 500, 800L)]
    [InlineData(0, 0, 400, 1000, 500, 1000L)]
    [InlineData(900, 0, 700, 1000, 500, 900L)]
    public void KeptBytes_Limits_AreWeighed(long reserved, long most, long free, long used, long disk, long? kept) =>
        Assert.Equal(kept, new PruneChoice(new PruneRequest { ReservedSpace = reserved, MaxUsedSpace = most, MinFreeSpace = free }).KeptBytes(used, disk));

    private static bool Fits(params string[] filters) => RecordFilter.Parse(filters).Fits(name => UsageFields.Find(s_cache, name));
}
