using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>The processes that run the steps of all builds: one for each set of grants, since a process grants the same to all of its steps.</summary>
internal sealed class WorkerPool(LocalContentStore store) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StepGrants, RootlessWorker> _workers = [];

    /// <summary>The process for builds of such a request, or <c>null</c> when the services do not say how one is started. One that has ended is replaced.</summary>
    public RootlessWorker? Find(BuilderServices services, BuildRequest request)
    {
        var grants = new StepGrants(request.AllowHostNetwork, request.AllowInsecure, request.AllowDevices);
        lock (_gate)
        {
            if (_workers.TryGetValue(grants, out var known) && !known.HasEnded) return known;
            if (BuildJob.CreateWorker(services, request, store) is not { } worker) return null;
            return _workers[grants] = worker;
        }
    }

    /// <summary>Takes all of them away, to be ended: what they hold of the store they hold as long as they live.</summary>
    public IReadOnlyList<RootlessWorker> TakeAll()
    {
        lock (_gate)
        {
            var taken = _workers.Values.ToList();
            _workers.Clear();
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in TakeAll()) await worker.DisposeAsync().ConfigureAwait(false);
    }
}
