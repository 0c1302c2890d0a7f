using System.Text;

namespace MsBuildKit.Engine.Sessions;

/// <summary>A secret that an environment variable of the caller holds. One that is set to nothing holds none: build servers set those whose
/// secret they keep back.</summary>
/// <param name="variable">Its name.</param>
/// <param name="environment">Looks variables up.</param>
public sealed class EnvironmentSecret(string variable, Func<string, string?> environment) : ISecretSource
{
    /// <inheritdoc />
    public string Place => $"the environment variable '{variable}'";

    /// <inheritdoc />
    public ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken) => new(SecretBytes.Bound(Encoding.UTF8.GetBytes(environment(variable) ?? ""), Place));
}
