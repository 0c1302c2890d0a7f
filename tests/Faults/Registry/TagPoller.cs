using System.Collections.Concurrent;
using System.Net;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Registry;

/// <summary>Reads tags all the time, as everybody does who deploys, and looks below whatever is new.</summary>
internal sealed class TagPoller(string registry, IReadOnlyList<string> repositories, string tag) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Digest, bool> _offered = new();
    private Task _loop = Task.CompletedTask;

    public int Looks { get; private set; }

    /// <summary>What a reader should not have seen.</summary>
    public ConcurrentQueue<string> Gaps { get; } = new();

    public void Start() => _loop = Task.Run(PollAsync);

    /// <summary>From now on a tag may point at this.</summary>
    public void Offer(Digest digest) => _offered[digest] = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    // The reference registry answers 500 when it is asked in the moment in which it writes a tag. Its reader has seen nothing then.
    private async Task<byte[]?> FindAsync(RegistryReader reader, string repository)
    {
        try
        {
            var index = await reader.FindManifestAsync(repository, tag, _stop.Token);
            Looks++;
            return index;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.InternalServerError)
        {
            return null;
        }
    }

    private async Task PollAsync()
    {
        using var reader = new RegistryReader(registry);
        var seen = new HashSet<Digest>();
        try
        {
            for (var i = 0; ; i = (i + 1) % repositories.Count)
            {
                if (await FindAsync(reader, repositories[i]) is not { } index || !seen.Add(Digest.Of(index))) continue;
                if (!_offered.ContainsKey(Digest.Of(index))) Gaps.Enqueue($"{repositories[i]}:{tag} pointed at {Digest.Of(index)}, which nobody pushed");
                else foreach (var wrong in await reader.CheckAsync(repositories[i], index, _stop.Token)) Gaps.Enqueue($"{repositories[i]}:{tag} pointed at {Digest.Of(index)}, but {wrong}");
            }
        }
        catch (OperationCanceledException)
        {
            // The drill is over.
        }
        catch (Exception e)
        {
            Gaps.Enqueue($"the poller ended: {e.Message}");
        }
    }
}
