namespace MsBuildKit.Engine.Distribution;

/// <summary>A token that somebody else fetched.</summary>
/// <param name="Text">As requests carry it.</param>
/// <param name="Lifetime">From now on; <c>null</c> means the specification's default of one minute.</param>
public sealed record LentToken(string Text, TimeSpan? Lifetime)
{
    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => "LentToken { ... }";
}
