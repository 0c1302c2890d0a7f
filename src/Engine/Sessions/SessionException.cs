using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Something the caller lends is not what it said.</summary>
public sealed class SessionException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string FileNotThere = "MBK1801";
    internal const string NotAFile = "MBK1802";
    internal const string NotLent = "MBK1803";
    internal const string NeverStill = "MBK1804";
    internal const string NoSecret = "MBK1805";
    internal const string SecretUnusable = "MBK1806";
    internal const string NoAgent = "MBK1807";
    internal const string KeysNotUsable = "MBK1808";

    internal const string NoFolder = "MBK1820";
    internal const string BadFilter = "MBK1821";
    internal const string UnsayableName = "MBK1822";
    internal const string FolderNotReadable = "MBK1823";
    internal const string Device = "MBK1824";
    internal const string FolderChanging = "MBK1825";

    /// <summary>A step needs a secret, and there is none.</summary>
    internal static SessionException WithoutSecret(string id, ISecretSource? source) => new(NoSecret, ErrorKind.FailedPrecondition, source is null
        ? $"secret {id}: not found, and a step needs it. Lend it: ContainerSecret in a project, --secret on the command line."
        : $"secret {id}: not found in {source.Place}, and a step needs it. Set it, or do without 'required'.");

    /// <summary>A step needs SSH keys, and there are none.</summary>
    internal static SessionException WithoutAgent(string id, string? why) => new(NoAgent, ErrorKind.FailedPrecondition,
        $"A step needs SSH keys, and no SSH key '{id}' is lent{(why is null ? "" : $" ({why})")}. Start an agent and set SSH_AUTH_SOCK, or name a socket or keys: ContainerSsh in a project, --ssh on the command line.");

    /// <summary>SSH keys are there, and a step cannot have them.</summary>
    internal static SessionException KeysUnusable(string why) => new(KeysNotUsable, ErrorKind.FailedPrecondition,
        $"The SSH keys of a step cannot be used: {why}. Install the package 'openssh-client', use keys without a password, or name the socket of an agent that has them: ContainerSsh in a project, --ssh on the command line.");
}
