using System.Collections.Concurrent;

namespace MsBuildKit.Engine.Content;

/// <summary>Work that is done once per key and awaited by all who want it. What fails or is cancelled is not remembered.</summary>
internal sealed class SharedWork<TKey, TResult> where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TResult>>> _running = new();

    /// <summary>The result of <paramref name="work"/>. It runs with the token of whoever came first; when that one gives up, another takes
    /// over.</summary>
    public async Task<TResult> GetAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var own = new Lazy<Task<TResult>>(() => work(cancellationToken));
            var shared = _running.GetOrAdd(key, own);
            try
            {
                return await shared.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // Its token is this one's: it is about to end, and what it leaves is gone before anybody hears that it ended.
                if (shared == own) await ((Task)shared.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (shared.Value.IsCompleted) _running.TryRemove(new(key, shared));
                if (e is not OperationCanceledException || shared == own || cancellationToken.IsCancellationRequested) throw;
            }
        }
    }
}
