using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Examination;
using MsBuildKit.Engine.Workers.Rootless.Probing;

[assembly: SupportedOSPlatform("linux")]

// The first process of namespaces of its own, in which it is root (NamespaceProcess), or of a step (SandboxProbe). Everything it does is the engine's.
#pragma warning disable RS0030 // This is where console and clock come from.
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
switch (args)
{
    case [WorkerCheck.Mode, .. var told]: await WorkerCheck.RunAsync(told, output, TimeProvider.System).ConfigureAwait(false); break;
    case [SelfTestHost.Mode, .. var told]: await SelfTestHost.RunAsync(told, output, TimeProvider.System).ConfigureAwait(false); break;
    case [SandboxProbe.Mode, .. var told]: return SandboxProbe.Run(told, output);
    case [FailedStepHost.Mode, .. var told]:
        using (var error = Console.OpenStandardError()) return await FailedStepHost.RunAsync(told, error, TimeProvider.System).ConfigureAwait(false);
    default: await WorkerHost.RunAsync(args, input, output, TimeProvider.System).ConfigureAwait(false); break;
}
#pragma warning restore RS0030
return 0;
