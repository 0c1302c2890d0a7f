namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Steps inside a real worker's namespaces: each scene as an unprivileged user, some as root too.</summary>
public sealed class StepRunnerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Run_OfTrue_SucceedsAndLeavesNothing(bool asRoot) => WorkerSpace.PlayAsync(nameof(StepScenes.TrueSucceedsAndLeavesNothing), asRoot);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Run_Cancelled_KillsAllOfItSoon(bool asRoot) => WorkerSpace.PlayAsync(nameof(StepScenes.CancellingKillsAllOfItSoon), asRoot);

    [Theory]
    [InlineData(nameof(StepScenes.RuncDoesTheSame))]
    [InlineData(nameof(StepScenes.WithoutRuntimeThePackageIsNamed))]
    [InlineData(nameof(StepScenes.WithoutNetworkProgramThePackageIsNamed))]
    [InlineData(nameof(StepScenes.AFailureHasCodeCommandAndLastLines))]
    [InlineData(nameof(StepScenes.AProgramThatIsNotThereIsNamed))]
    [InlineData(nameof(StepScenes.OutputIsWhole))]
    [InlineData(nameof(StepScenes.OutputComesWhileTheStepRuns))]
    [InlineData(nameof(StepScenes.SignalsAreAsAProgramExpectsThem))]
    [InlineData(nameof(StepScenes.CancellingAtAnyMomentLeavesNothing))]
    [InlineData(nameof(StepScenes.LimitsEndAStep))]
    [InlineData(nameof(StepScenes.LimitsOfProcessesAreSet))]
    [InlineData(nameof(StepScenes.NothingButGrantedIsGiven))]
    [InlineData(nameof(StepScenes.DevicesAreThoseThatFilesDescribe))]
    [InlineData(nameof(StepScenes.DevicesThatCannotBeHadAreRefused))]
    [InlineData(nameof(StepScenes.NewPrivilegesAreForOthersThanRootAndOnlyWhenAskedFor))]
    [InlineData(nameof(StepScenes.StepsRunSideBySide))]
    public Task Run_OfAStep(string scene) => WorkerSpace.PlayAsync(scene);

    [Theory]
    [InlineData(nameof(StepScenes.UsersAreWhatDockerMakesOfThem))]
    [InlineData(nameof(StepScenes.HostileAccountFilesEndQuickly))]
    [InlineData(nameof(StepScenes.WorkingDirectoriesStayInside))]
    [InlineData(nameof(StepScenes.TreesThatLinkTheSystemAwayAreRefused))]
    [InlineData(nameof(StepScenes.LinkedFilesAreMountedInsideAndLeaveNothing))]
    [InlineData(nameof(StepScenes.AStepThatReplacesAMountPointHarmsNothing))]
    public Task Run_InAHostileTree(string scene) => WorkerSpace.PlayAsync(scene);

    [Theory]
    [InlineData(nameof(StepScenes.MountsAreWhatTheyShouldBe))]
    [InlineData(nameof(StepScenes.AReadOnlyRootIsOne))]
    [InlineData(nameof(StepScenes.SecretsAreInMemoryAndGoWithTheStep))]
    [InlineData(nameof(StepScenes.ASocketIsHeardByItsOwnerOnly))]
    public Task Run_WithMounts(string scene) => WorkerSpace.PlayAsync(scene);
}
