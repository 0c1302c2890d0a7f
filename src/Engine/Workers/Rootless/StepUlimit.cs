namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A limit of setrlimit(2), named as Docker's <c>--ulimit</c> names it: <c>nofile</c>, <c>nproc</c>, <c>core</c>. Neither can be above
/// the worker's own hard limit, which is taken instead.</summary>
public sealed record StepUlimit(string Name, long Soft, long Hard);
