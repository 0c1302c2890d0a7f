using MsBuildKit.Engine.Packages;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Packages;

public sealed class DebianVersionTests
{
    private static readonly string[] s_versions =
    [
        "0", "1", "1.0", "1.0-1", "1.0-0", "1.0~rc1", "1.0~~", "1.0~", "1.0a", "1.0+b1", "1:0.1", "0:1.0", "1.010", "1.10", "1.9", "2.36-9+deb12u14",
    ];

    [Fact]
    public async Task Compare_EveryPairOfATable_AgreesWithDpkg()
    {
        var dpkg = RealTool.Find("dpkg");
        foreach (var a in s_versions)
            foreach (var b in s_versions.Where(b => string.CompareOrdinal(a, b) < 0))
            {
                var order = DebianVersion.Compare(a, b);
                var relation = order < 0 ? "lt" : order > 0 ? "gt" : "eq";
                (await Command.RunAsync(dpkg, ["--compare-versions", a, relation, b])).Succeeded();
                Assert.Equal(Math.Sign(order), -Math.Sign(DebianVersion.Compare(b, a)));
            }
    }
}
