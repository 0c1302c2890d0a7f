namespace MsBuildKit.Engine.Sessions;

/// <summary>Where a secret is kept. Nothing is read before a step asks for it, and nobody keeps what was read.</summary>
public interface ISecretSource
{
    /// <summary>Where it is looked for, in words for messages: never any part of it.</summary>
    string Place { get; }

    /// <summary>Its bytes, at most <see cref="SecretBytes.Most"/>, or <c>null</c> when there is none. Throws MBK1806 when there is one that
    /// cannot be used.</summary>
    ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken);
}
