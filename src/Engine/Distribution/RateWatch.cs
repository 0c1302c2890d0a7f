namespace MsBuildKit.Engine.Distribution;

/// <summary>Tells when a server trickles. Only the time counts in which somebody waited for it.</summary>
internal sealed class RateWatch(RegistryOptions options)
{
    private TimeSpan _waited;
    private long _bytes;

    /// <summary>Counts bytes that came. Throws <see cref="TimeoutException"/> when a whole window brought too few.</summary>
    public void Count(TimeSpan waited, int bytes)
    {
        _waited += waited;
        _bytes += bytes;
        if (_waited < options.RateWindow) return;
        var (time, count) = (_waited, _bytes);
        (_waited, _bytes) = (TimeSpan.Zero, 0);
        if (count < options.LowestRate * options.RateWindow.TotalSeconds) throw new TimeoutException($"it sent only {count} bytes in {time.TotalSeconds:F0} s");
    }
}
