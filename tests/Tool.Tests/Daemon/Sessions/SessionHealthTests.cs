using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

public sealed class SessionHealthTests
{
    [Theory]
    [InlineData("2000", 2, 2, 1)]
    [InlineData("10", 1, 1, 1)]
    [InlineData("", 5, 15, 2)]
    [InlineData("0", 5, 15, 2)]
    [InlineData("-5", 5, 15, 2)]
    [InlineData("soon", 5, 15, 2)]
    public void Parse_WhatClientsSay_IsHonouredWithinReason(string text, int interval, int patience, int missed) =>
        Assert.Equal(new SessionHealth(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(patience), missed), SessionHealth.Parse(text));
}
