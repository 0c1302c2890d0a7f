using MsBuildKit.Engine.Tests.Content;
using MsBuildKit.Engine.Tests.Namespaces;

/// <summary>What .NET calls before Main when DOTNET_STARTUP_HOOKS names this assembly: so the test program can be a second process of another kind.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        HoldingProcess.RunIfAsked();
        InsideProcess.RunIfAsked();
    }
}
