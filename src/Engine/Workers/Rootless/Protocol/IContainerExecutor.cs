namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>What a worker does with containers: trees that stay mounted, and processes in them.</summary>
public interface IContainerExecutor
{
    /// <summary>Opens a container, says that it is there, and closes it when it is cancelled.</summary>
    Task<Done> OpenAsync(RunStep description, Conversation conversation, CancellationToken cancellationToken);

    /// <summary>Runs a process in one that is open, to the end of the process and of what it writes.</summary>
    Task<Done> StartAsync(StartProcess process, Conversation conversation, CancellationToken cancellationToken);

    /// <summary>Looks at the files of one that is open.</summary>
    Task<Done> ReadAsync(ReadFiles call, CancellationToken cancellationToken);
}
