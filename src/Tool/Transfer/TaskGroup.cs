namespace MsBuildKit.Tool.Transfer;

/// <summary>Tasks that end together: when one fails the others are cancelled, and what it threw is thrown.</summary>
internal static class TaskGroup
{
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> works, CancellationToken cancellationToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        await Task.WhenAll(works.Select(Guard)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (first is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);

        async Task Guard(Func<CancellationToken, Task> work)
        {
            try
            {
                await Task.Run(() => work(failed.Token), failed.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, e, null);
                await failed.CancelAsync().ConfigureAwait(false);
            }
        }
    }
}
