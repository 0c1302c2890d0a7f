using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>Stops a test's registry, and shows what it said when the test failed.</summary>
internal static class RegistryEnd
{
    public static ValueTask StopAsync(DockerRegistry registry)
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(registry.Log);
        return registry.DisposeAsync();
    }
}
