namespace MsBuildKit.Engine.Distribution;

/// <summary>How long to wait before the next try: as long as the server asks for, else longer each time and never the same for two
/// clients.</summary>
internal sealed class RetryPauses(RegistryOptions options)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestAsked = TimeSpan.FromMinutes(1);

    /// <summary>Waits after the failed try number <paramref name="attempt"/>, counted from 1.</summary>
    public Task WaitAsync(int attempt, HttpResponseMessage? response, CancellationToken cancellationToken) =>
        Task.Delay(Pause(attempt, response), options.Time, cancellationToken);

    private TimeSpan Pause(int attempt, HttpResponseMessage? response)
    {
        var retryAfter = response?.Headers.RetryAfter;
        var asked = retryAfter?.Delta ?? retryAfter?.Date - options.Time.GetUtcNow();
        if (asked is { } wait && wait > TimeSpan.Zero) return wait < s_longestAsked ? wait : s_longestAsked;
        var most = TimeSpan.FromTicks(Math.Min(s_first.Ticks << Math.Min(attempt - 1, 10), s_longest.Ticks));
        lock (options.Random) return most * options.Random.NextDouble();
    }
}
