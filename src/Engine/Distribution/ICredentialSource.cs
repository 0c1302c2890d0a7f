namespace MsBuildKit.Engine.Distribution;

/// <summary>Knows credentials.</summary>
public interface ICredentialSource
{
    /// <summary>The credential for exactly this registry, or <c>null</c> to ask anonymously.</summary>
    /// <param name="registry">Host and port.</param>
    /// <param name="push">To write, not only to read.</param>
    ValueTask<Credential?> FindAsync(string registry, bool push, CancellationToken cancellationToken);

    /// <summary>A token from whoever keeps the credentials to himself and fetches tokens with them, or <c>null</c>: then <see cref="FindAsync"/> is asked.</summary>
    /// <param name="wish">What it is to allow, and who gives such tokens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<LentToken?> FindTokenAsync(TokenWish wish, CancellationToken cancellationToken) => new((LentToken?)null);
}
