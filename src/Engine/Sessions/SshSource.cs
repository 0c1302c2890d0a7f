namespace MsBuildKit.Engine.Sessions;

/// <summary>Whose SSH keys a step may use. The keys themselves stay with the caller: a step only gets a socket that signs with them.</summary>
public abstract record SshSource;

/// <summary>An agent that runs already.</summary>
/// <param name="Socket">Its absolute path, or <c>null</c> when the caller's environment names none (<c>SSH_AUTH_SOCK</c>): a step that asks
/// for it then fails with MBK1807.</param>
public sealed record SshAgent(string? Socket) : SshSource;

/// <summary>Private keys in files, and no others.</summary>
/// <param name="Files">Absolute paths, at least one.</param>
public sealed record SshKeys(IReadOnlyList<string> Files) : SshSource;

/// <summary>An agent that is somewhere else, such as at the other end of a client's session.</summary>
public abstract record SshRelay : SshSource
{
    /// <summary>Whether there is such an agent now.</summary>
    public abstract ValueTask<bool> ExistsAsync(CancellationToken cancellationToken);

    /// <summary>Why there is none, in the words of whoever lends it; <c>null</c> when nothing was said.</summary>
    public virtual string? Refusal => null;

    /// <summary>Begins a conversation with it: what is written is for the agent, what is read comes from it. The caller disposes the stream, which ends the
    /// conversation. What goes wrong, then or later, is an <see cref="IOException"/>.</summary>
    public abstract ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken);
}
