namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Steps of other platforms, as an ordinary user.</summary>
public sealed class StepPlatformTests
{
    [Theory]
    [InlineData(nameof(StepScenes.AForeignStepRunsWithAllThatItStarts))]
    [InlineData(nameof(StepScenes.EveryProcessorRunsByAnEmulatorThatTheWorkerRegisters))]
    [InlineData(nameof(StepScenes.WithoutRegistrationTheCommandAloneIsEmulated))]
    [InlineData(nameof(StepScenes.WithoutEmulatorThePackageIsNamed))]
    public Task Run_OfAnotherPlatform(string scene) => WorkerSpace.PlayAsync(scene);
}
