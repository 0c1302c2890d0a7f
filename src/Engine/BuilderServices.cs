using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Git;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine;

/// <summary>What a build needs of the world outside, given by whoever hosts the engine.</summary>
public sealed record BuilderServices : IDisposable
{
    public required TimeProvider Time { get; init; }

    /// <summary>Where images come from and go to.</summary>
    public required Registries Registries { get; init; }

    /// <summary>Asks package mirrors.</summary>
    public required HttpClient Mirrors { get; init; }

    /// <summary>What the host knows of the content of files already; <c>null</c> means what the build's store remembers.</summary>
    public FileFactsCache? Facts { get; init; }

    /// <summary>How the process is started that runs steps; <c>null</c> means that a build with steps is refused.</summary>
    public Func<WorkerProgram>? Worker { get; init; }

    /// <summary>Fetches files of web servers that a graph names, and follows where git repositories redirect to; <c>null</c> means that a graph with either
    /// is refused.</summary>
    public WebFiles? Files { get; init; }

    /// <summary>How git repositories that a graph names are fetched; <c>null</c> means that such a graph is refused.</summary>
    public GitOptions? Git { get; init; }

    /// <summary>Solves graphs instead of this process; <c>null</c> means that they are solved here.</summary>
    public IRemoteSolver? Remote { get; init; }

    /// <summary>How many operations run at once in all builds that have these services; <c>null</c> means that each build counts its own.</summary>
    public SemaphoreSlim? Slots { get; init; }

    /// <summary>Loads images into local engines.</summary>
    public required LocalEngineLoader LocalEngines { get; init; }

    /// <summary>Ends the connections.</summary>
    public void Dispose()
    {
        Registries.Dispose();
        Mirrors.Dispose();
        Files?.Dispose();
    }
}
