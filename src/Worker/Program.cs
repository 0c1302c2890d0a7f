using MsBuildKit.Engine.Workers.Rootless;

// The first process of namespaces of its own, in which it is root: see NamespaceProcess. Everything it does is the engine's.
await WorkerHost.RunAsync(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
