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
    private readonly ConcurrentDictionary<string, StepContainer> _containers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BuildException> _denied = new(StringComparer.Ordinal);

    /// <summary>Opens one. Throws MBK2527 for an id that is taken, and what the worker cannot do.</summary>
    public async Task OpenAsync(BuildBridge bridge, NewContainerRequest request, CancellationToken cancellationToken)
    {
        if (_containers.ContainsKey(request.ContainerID)) throw Taken(request.ContainerID);
        var network = Judge(bridge, request);
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
            new ContainerDescription { Inputs = inputs, Mounts = mounts, Network = network, Platform = request.Platform is { Architecture.Length: > 0 } platform ? platform : null, Hostname = request.Hostname, ExtraHosts = [.. request.ExtraHosts] },
            cancellationToken).ConfigureAwait(false);
        if (_containers.TryAdd(request.ContainerID, opened)) return;
        await opened.DisposeAsync().ConfigureAwait(false);
        throw Taken(request.ContainerID);
    }

    /// <summary>Throws MBK2504 when nothing may run in it.</summary>
    public void Admit(string id)
    {
        if (_denied.TryGetValue(id, out var why)) throw why;
    }

    /// <summary>It was not released yet.</summary>
    public bool Has(string id) => _containers.ContainsKey(id);

    /// <summary>Throws MBK2526.</summary>
    public StepContainer Find(string id) => _containers.GetValueOrDefault(id)
        ?? throw new DaemonException(DaemonException.NoContainer, ErrorKind.NotFound, $"container \"{id}\" previously released or not created");

    /// <summary>Ends one. Throws MBK2526.</summary>
    public async Task ReleaseAsync(string id)
    {
        if (!_containers.TryRemove(id, out var container)) throw new DaemonException(DaemonException.NoContainer, ErrorKind.NotFound, $"container details for \"{id}\" not found");
        await container.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in _containers.Keys)
            if (_containers.TryRemove(id, out var container))
                await container.DisposeAsync().ConfigureAwait(false);
    }

    // A network that was not granted is none: as with BuildKit, whoever starts something in the container is told.
    private NetMode Judge(BuildBridge bridge, NewContainerRequest request)
    {
        try
        {
            bridge.Admit(request.Network);
            return request.Network;
        }
        catch (DaemonException e)
        {
            _denied[request.ContainerID] = e;
            return NetMode.None;
        }
    }

    private static DaemonException Taken(string id) => new(DaemonException.ContainerTaken, ErrorKind.AlreadyExists, $"container \"{id}\" already exists: choose another id");
}
