namespace MsBuildKit.TestKit.Secrets;

/// <summary>A secret that was found.</summary>
/// <param name="Canary">Which.</param>
/// <param name="Form">In which form.</param>
/// <param name="Place">The file, and what was unpacked in it.</param>
public sealed record SecretHit(Canary Canary, string Form, string Place)
{
    public override string ToString() => $"{Canary} ({Form}) in {Place}";
}
