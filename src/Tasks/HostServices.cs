using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Git;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tasks;

/// <summary>Gives the engine what it needs of this machine.</summary>
internal static class HostServices
{
    public static BuilderServices Create(IReadOnlyDictionary<string, string> environment, FileFactsCache facts) => new()
    {
        Time = Time,
        Facts = facts,
        Registries = Registries.OfHost(environment, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Time, new Random()),
        Files = new WebFiles(new RegistryOptions { Time = Time, Random = new Random() }),
        Git = GitOptions.Of(environment, Time),
        Mirrors = PackageComposer.CreateClient(),
        // It lies beside the tasks.
        Worker = () => WorkerProgram.Of(Path.GetDirectoryName(typeof(HostServices).Assembly.Location)!, environment, Environment.UserName),
        LocalEngines = new LocalEngineLoader(environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator)),
    };

    /// <summary>What is known of files, kept below the cache directory.</summary>
    public static FileFactsCache OpenFacts(string cacheDirectory) => new(Path.Combine(cacheDirectory, "facts"), Time);

#pragma warning disable RS0030 // This is the parameter's source.
    private static TimeProvider Time => TimeProvider.System;
#pragma warning restore RS0030
}
