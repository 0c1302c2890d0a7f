namespace MsBuildKit.Engine.Distribution;

/// <summary>Knows credentials.</summary>
public interface ICredentialSource
{
    /// <summary>The credential for exactly this registry, or <c>null</c> to ask anonymously.</summary>
    /// <param name="registry">Host and port.</param>
    /// <param name="push">To write, not only to read.</param>
    ValueTask<Credential?> FindAsync(string registry, bool push, CancellationToken cancellationToken);
}
