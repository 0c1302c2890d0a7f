using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Containers;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class SignalNameTests
{
    [Theory]
    [InlineData("SIGHUP", 1)]
    [InlineData("KILL", 9)]
    [InlineData("sigterm", 15)]
    [InlineData("SIGCHLD", 17)]
    [InlineData("SIGWINCH", 28)]
    [InlineData("SIGSYS", 31)]
    [InlineData("SIGIOT", 6)]
    [InlineData("15", 15)]
    [InlineData("64", 64)]
    public void Parse_KnownName_IsItsNumber(string name, int number) => Assert.Equal(number, SignalName.Parse(name));

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("SIGNOTHING")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-9")]
    public void Parse_Other_IsRefused(string name) => Assert.Equal("MBK2062", Assert.Throws<WorkerException>(() => SignalName.Parse(name)).Code);
}
