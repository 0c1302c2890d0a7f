namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>Tests that look at every process that the tests started: none of others may run meanwhile.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AloneCollection;
