namespace MsBuildKit.Tasks.Tests;

/// <summary>Who runs a build.</summary>
public sealed class BuilderFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("InProcess")]
    [InlineData("inprocess")]
    public void Create_ThisProcess_NeedsNoEndpoint(string builder)
    {
        var problems = new Problems();
        Assert.Null(new BuilderFactory(_bench.Parameters with { Builder = builder, BuilderEndpoint = "nonsense" }, problems).Create());
        Assert.Empty(problems.Found);
    }

    [Theory]
    [InlineData("unix:///a", "unix:///a")]
    [InlineData("unix:///a, tcp://b:1", "unix:///a,tcp://b:1")]
    [InlineData("unix:///a;tcp://b:1;", "unix:///a,tcp://b:1")]
    [InlineData("tcp://b:1?ca=ca.pem", "tcp://b:1?ca=ca.pem")]
    public void Create_BuildKit_HasItsAddresses(string endpoint, string addresses)
    {
        var builders = new BuilderFactory(_bench.Parameters with { Builder = "buildkit", BuilderEndpoint = endpoint }, new Problems()).Create()!;
        Assert.Equal((addresses, _bench.Project, _bench.Folder["cache"]), (builders.Addresses, builders.Folder, builders.Store));
    }

    [Fact]
    public void Create_UnknownBuilder_NamesThoseThatThereAre()
    {
        var problem = _bench.Refuse("MBK2610", "ContainerBuilder", p => p with { Builder = "Docker" });
        Assert.Contains("Choose InProcess or BuildKit.", problem.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    public void Create_BuildKitWithoutEndpoint_SaysWhereItIsWritten(string endpoint)
    {
        var problem = _bench.Refuse("MBK2611", "ContainerBuilderEndpoint", p => p with { Builder = "BuildKit", BuilderEndpoint = endpoint });
        Assert.Contains("BUILDKIT_HOST", problem.Text);
    }

    [Fact]
    public void Create_WrongEndpoints_AreToldAllAtOnce()
    {
        var problems = _bench.Refuse(p => p with { Builder = "BuildKit", BuilderEndpoint = "builder,tcp://a,unix:///right" });
        Assert.Equal(["MBK2611", "MBK2611"], problems.Select(p => p.Code));
        Assert.All(problems, TaskBench.AssertHelpful);
    }
}
