namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>What steps reach of the network.</summary>
public sealed class StepNetworkTests
{
    [Theory]
    [InlineData(nameof(StepScenes.PastaReachesTheHostsNetworkAndNames))]
    [InlineData(nameof(StepScenes.Slirp4netnsReachesTheHostsNetworkAndNames))]
    [InlineData(nameof(StepScenes.AStubOfNamesIsAskedThroughTheForwarder))]
    [InlineData(nameof(StepScenes.ANetworkThatIsConnectedAheadIsFreshAndGoesWithTheRunner))]
    [InlineData(nameof(StepScenes.ANetworkThatNobodyTakesGoes))]
    [InlineData(nameof(StepScenes.ANetworkThatACancelledStepWouldHaveTakenGoes))]
    public Task Network_OfAStep(string scene) => WorkerSpace.PlayAsync(scene);
}
