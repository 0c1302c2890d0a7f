namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Something that is to hold inside of a sandbox.</summary>
/// <param name="Name">What holds.</param>
/// <param name="Refute">Tries it: what speaks against it, or <c>null</c> when it holds.</param>
/// <param name="Obstacle">Why it cannot be tried on this machine.</param>
internal sealed record Claim(string Name, Func<string?> Refute, string? Obstacle = null)
{
    /// <summary>A claim about something that can be found out.</summary>
    public static Claim That<T>(string name, Func<T> find, Func<T, bool> holds) => new(name, () => find() is var found && holds(found) ? null : $"found {found}");

    /// <summary>A claim that something has a value.</summary>
    public static Claim Is<T>(string name, Func<T> find, T expected) => That(name, find, found => EqualityComparer<T>.Default.Equals(found, expected));

    /// <summary>A claim that nothing of a kind is found.</summary>
    public static Claim None<T>(string name, Func<IEnumerable<T>> find) => new(name, () => string.Join(' ', find()) is { Length: > 0 } found ? $"found {found}" : null);

    public AssertionResult Try()
    {
        if (Obstacle is not null) return new(Name, AssertionOutcome.Unproven, Obstacle);
        try
        {
            return Refute() is { } found ? new(Name, AssertionOutcome.Fails, found) : new(Name, AssertionOutcome.Holds);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return new(Name, AssertionOutcome.Fails, e.Message);
        }
    }
}
