using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Scenes of steps with runtimes that were asked for by their path.</summary>
public sealed class StepRuntimeTests
{
    [Theory]
    [InlineData("runc", nameof(StepScenes.MountsAreWhatTheyShouldBe))]
    [InlineData("runc", nameof(StepScenes.SecretsAreInMemoryAndGoWithTheStep))]
    [InlineData("runc", nameof(StepScenes.ASocketIsHeardByItsOwnerOnly))]
    [InlineData("runc", nameof(StepScenes.CancellingKillsAllOfItSoon))]
    [InlineData("runc", nameof(StepScenes.OutputIsWhole))]
    [InlineData("runc", nameof(StepScenes.NothingButGrantedIsGiven))]
    [InlineData("runsc", nameof(StepScenes.TrueSucceedsAndLeavesNothing))]
    [InlineData("runsc", nameof(StepScenes.AFailureHasCodeCommandAndLastLines))]
    [InlineData("runsc", nameof(StepScenes.AProgramThatIsNotThereIsNamed))]
    [InlineData("runsc", nameof(StepScenes.OutputIsWhole))]
    [InlineData("runsc", nameof(StepScenes.CancellingKillsAllOfItSoon))]
    [InlineData("runsc", nameof(StepScenes.LimitsEndAStep))]
    [InlineData("runsc", nameof(StepScenes.UsersAreWhatDockerMakesOfThem))]
    [InlineData("runsc", nameof(StepScenes.WorkingDirectoriesStayInside))]
    [InlineData("runsc", nameof(StepScenes.AReadOnlyRootIsOne))]
    public Task Run_WithARuntimeByPath_IsTheSame(string runtime, string scene) => WorkerSpace.PlayAsync(scene, runtime: RealTool.Find(runtime));
}
