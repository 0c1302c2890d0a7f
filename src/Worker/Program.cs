using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless;

[assembly: SupportedOSPlatform("linux")]

// The first process of namespaces of its own, in which it is root (NamespaceProcess). Everything it does is the engine's.
#pragma warning disable RS0030 // This is where console and clock come from.
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
await WorkerHost.RunAsync(args, input, output, TimeProvider.System).ConfigureAwait(false);
#pragma warning restore RS0030
