namespace MsBuildKit.Engine.Distribution;

/// <summary>Counts how often one request failed, and tells when to give up.</summary>
internal sealed class Tries(RegistryOptions options)
{
    private int _doubtful;

    /// <summary>Failed tries since the last that brought something forward.</summary>
    public int Failed { get; private set; }

    /// <summary>Counts a try that failed. True when another may help.</summary>
    public bool MayFollow(Attempt failed)
    {
        var may = MayFollow();
        return failed.IsDoubtful ? may && ++_doubtful < options.DoubtfulAttempts : may && failed.IsPassing;
    }

    /// <summary>Counts a try that failed for a reason that will not come again by itself.</summary>
    public bool MayFollow() => ++Failed < options.Attempts;

    /// <summary>Something was brought forward.</summary>
    public void Reset() => (Failed, _doubtful) = (0, 0);
}
