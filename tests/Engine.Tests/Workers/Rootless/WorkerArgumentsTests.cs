using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class WorkerArgumentsTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    public void Parse_OfItsOwnList_IsTheSame(bool network, bool insecure, bool devices)
    {
        var told = new WorkerArguments("/store", "/bin:/usr/bin", "", "auto", new StepGrants(network, insecure, devices), devices ? "/etc/cdi:/run/cdi" : "");
        Assert.Equal(told, WorkerArguments.Parse(told.ToList()));
        Assert.Equal(4 + new[] { network, insecure, devices }.Count(g => g), told.ToList().Count);
    }
}
