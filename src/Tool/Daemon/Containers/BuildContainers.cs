using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Containers;

/// <summary>The containers that a client or frontend has opened in one build, by the ids that it gave them. They end with the build at the latest.</summary>
internal sealed class BuildContainers : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, OpenedContainer> _containers = new(StringComparer.Ordinal);

    /// <summary>Opens one. Throws MBK2527 for an id that is taken, and what the worker cannot do.</summary>
    public async Task OpenAsync(BuildBridge bridge, NewContainerRequest request, CancellationToken cancellationToken)
    {
        if (_containers.ContainsKey(request.ContainerID)) throw Taken(request.ContainerID);
        var denied = Judge(bridge, request.Network);
        var inputs = new List<VertexResult>();
        var mounts = new List<Mount>();
        foreach (var asked in request.Mounts)
        {
            var mount = asked.Clone();
            mount.Input = OpConstants.Empty;
            if (asked.ResultID.Length > 0)
            {
                inputs.Add(await bridge.Find(asked.ResultID).SolveAsync(cancellationToken).ConfigureAwait(false));
                mount.Input = inputs.Count - 1;
            }
            mounts.Add(mount);
        }
        var opened = await bridge.Job.OpenContainerAsync(
            new ContainerDescription { Inputs = inputs, Mounts = mounts, Network = denied is null ? request.Network : NetMode.None, Platform = request.Platform is { Architecture.Length: > 0 } platform ? platform : null, Hostname = request.Hostname, ExtraHosts = [.. request.ExtraHosts] },
            cancellationToken).ConfigureAwait(false);
        if (_containers.TryAdd(request.ContainerID, new OpenedContainer(opened, denied, request.Platform?.OS ?? ""))) return;
        await opened.DisposeAsync().ConfigureAwait(false);
        throw Taken(request.ContainerID);
    }

    /// <summary>Throws MBK2504 when nothing may run in it.</summary>
    public void Admit(string id)
    {
        if (FindOpened(id).Denied is { } why) throw why;
    }

    /// <summary>The operating system that it is for; empty for this machine's. Throws MBK2526.</summary>
    public string SystemOf(string id) => FindOpened(id).System;

    /// <summary>A process of it runs, unless it was released meanwhile.</summary>
    public void Add(string id, ContainerProcess process) => _containers.GetValueOrDefault(id)?.Processes.Add(process);

    /// <summary>It was not released yet.</summary>
    public bool Has(string id) => _containers.ContainsKey(id);

    /// <summary>Throws MBK2526.</summary>
    public StepContainer Find(string id) => FindOpened(id).Container;

    /// <summary>Ends one; whether nothing ran in it any more. Throws MBK2526.</summary>
    public async Task<bool> ReleaseAsync(string id)
    {
        if (!_containers.TryRemove(id, out var opened)) throw new DaemonException(DaemonException.NoContainer, ErrorKind.NotFound, $"container details for \"{id}\" not found");
        var wasIdle = opened.Processes.All(p => p.ExitCode.IsCompleted);
        await opened.Container.DisposeAsync().ConfigureAwait(false);
        return wasIdle;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _containers.Keys)
            if (_containers.TryRemove(id, out var opened))
                await opened.Container.DisposeAsync().ConfigureAwait(false);
    }

    private OpenedContainer FindOpened(string id) => _containers.GetValueOrDefault(id)
        ?? throw new DaemonException(DaemonException.NoContainer, ErrorKind.NotFound, $"container \"{id}\" previously released or not created");

    // A network that was not granted is none: as with BuildKit, whoever starts something in the container is told.
    private static DaemonException? Judge(BuildBridge bridge, NetMode network)
    {
        try
        {
            bridge.Admit(network);
            return null;
        }
        catch (DaemonException e)
        {
            return e;
        }
    }

    private static DaemonException Taken(string id) => new(DaemonException.ContainerTaken, ErrorKind.AlreadyExists, $"container \"{id}\" already exists: choose another id");

    private sealed record OpenedContainer(StepContainer Container, DaemonException? Denied, string System)
    {
        public ConcurrentBag<ContainerProcess> Processes { get; } = [];
    }
}
