namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>The sandbox of a step from inside: a program tries what has been a way out before, and each of its findings must be right.</summary>
public sealed class SandboxTests
{
    [Theory]
    [InlineData(nameof(StepScenes.TheSandboxHolds), false)]
    [InlineData(nameof(StepScenes.TheSandboxHolds), true)]
    [InlineData(nameof(StepScenes.TheSandboxHoldsWithoutNetwork), false)]
    [InlineData(nameof(StepScenes.TheSandboxHoldsWithAFilterMadeBefore), false)]
    [InlineData(nameof(StepScenes.TheSandboxHoldsWithAFilterMadeBefore), true)]
    [InlineData(nameof(StepScenes.TheSandboxHoldsWithSlirp4netns), false)]
    [InlineData(nameof(StepScenes.TheSandboxHoldsWithRunc), false)]
    public async Task Probe_FromInside_FindsEverythingClosed(string scene, bool asRoot) =>
        TestContext.Current.TestOutputHelper?.WriteLine(await WorkerSpace.PlayAsync(scene, asRoot));

    [Fact]
    public async Task Probe_FromInsideOfNoSandbox_SaysWhatIsOpen() => await WorkerSpace.PlayAsync(nameof(StepScenes.TheProbeFindsWhatIsOpen), asRoot: false);
}
