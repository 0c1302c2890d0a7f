using MsBuildKit.TestKit.Dockerfiles;

namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>Dockerfiles as projects have them.</summary>
public sealed class RealDockerfileTests(RealDockerfileBench bench) : IClassFixture<RealDockerfileBench>
{
    public static TheoryData<string> Names => [.. RealDockerfiles.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Build_OfARealOne_RunsAsTheCaseExpects(string name)
    {
        var test = RealDockerfiles.All.Single(c => c.Name == name);
        var built = await bench.BuildAsync(test);
        Assert.True(built.Error is null, built.Error);
        Assert.Equal(string.Join('\n', test.Expected), string.Join('\n', built.Lines));
    }
}
