namespace MsBuildKit.Engine.Distribution;

/// <summary>Ends a wait for a server that is silent for too long.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _either;

    private IdleWatch(RegistryOptions options, CancellationToken cancellationToken)
    {
        _timeout = options.IdleTimeout;
        _idle = new CancellationTokenSource(_timeout, options.Time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
    }

    /// <summary>Cancelled when the server was silent, or when the caller cancels.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Runs <paramref name="work"/>; throws <see cref="TimeoutException"/> when it was ended for silence.</summary>
    public static async Task<T> RunAsync<T>(RegistryOptions options, Func<IdleWatch, Task<T>> work, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(options, cancellationToken);
        try
        {
            return await work(watch).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"it was silent for {options.IdleTimeout.TotalSeconds:F0} s");
        }
    }

    /// <summary>Something moved: waiting begins anew.</summary>
    public void Touch() => _idle.CancelAfter(_timeout);

    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
