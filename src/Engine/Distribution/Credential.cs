namespace MsBuildKit.Engine.Distribution;

/// <summary>What a registry is told about who asks.</summary>
/// <param name="User">Empty for a token.</param>
/// <param name="Secret">Password, or the token itself.</param>
/// <param name="IsToken">The secret is an identity (refresh) token rather than a password.</param>
public sealed record Credential(string User, string Secret, bool IsToken)
{
    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => "Credential { ... }";
}
