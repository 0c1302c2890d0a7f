using MsBuildKit.TestKit.Dockerfiles;

namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>The cases of Dockerfiles, whose outcome eng/compare.sh holds against a real BuildKit.</summary>
public sealed class DockerfileTests(DockerfileBench bench) : IClassFixture<DockerfileBench>
{
    public static TheoryData<string> Names => [.. DockerfileCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Build_OfACase_IsWhatTheCaseExpects(string name)
    {
        var test = DockerfileCases.All.Single(c => c.Name == name);
        var built = await bench.BuildAsync(test);
        if (test.Error is not { } error)
        {
            Assert.True(built.Error is null, built.Error);
            Assert.Equal(string.Join('\n', test.Expected), string.Join('\n', built.Lines));
            return;
        }
        Assert.True(built.Error is not null, $"It is expected to fail ({error.Words}) and gave:\n{string.Join('\n', built.Lines)}");
        Assert.Contains("error MBK", built.Error, StringComparison.Ordinal);
        // Where BuildKit names no line, ours may.
        Assert.True(error.Line is null || built.FaultyLine == error.Line, $"Line {error.Line} is at fault ({error.Words}), and this is said:\n{built.Error}");
    }
}
