using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary>What one step was lent: read when it starts, forgotten when it ends.</summary>
internal sealed class LentSecrets : IDisposable
{
    // Of a mount that names none.
    private const string DefaultAgent = "default";

    private readonly Func<string, string?> _find;
    private readonly TimeProvider _time;
    private readonly List<IDisposable> _started = [];

    private LentSecrets(Func<string, string?> find, TimeProvider time) => (_find, _time) = (find, time);

    /// <summary>The bytes of each secret by id; one that is not there, and need not be, is missing.</summary>
    public Dictionary<string, ByteString> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>The socket of an agent by id.</summary>
    public Dictionary<string, string> Agents { get; } = new(StringComparer.Ordinal);

    /// <summary>Asks for everything that a step names. Throws MBK1805 to MBK1807.</summary>
    /// <param name="exec">The step.</param>
    /// <param name="session">Has them.</param>
    /// <param name="find">Finds a program.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Forgets them.</param>
    public static async Task<LentSecrets> TakeAsync(ExecOp exec, IBuildSession session, Func<string, string?> find, TimeProvider time, CancellationToken cancellationToken)
    {
        var lent = new LentSecrets(find, time);
        try
        {
            foreach (var secret in exec.Secretenv) await lent.AddAsync(secret.ID, secret.Optional, session, cancellationToken).ConfigureAwait(false);
            foreach (var mount in exec.Mounts)
            {
                if (mount.MountType == MountType.Secret) await lent.AddAsync(mount.SecretOpt.ID, mount.SecretOpt.Optional, session, cancellationToken).ConfigureAwait(false);
                if (mount.MountType == MountType.Ssh) await lent.AddAgentAsync(mount.SSHOpt.ID, mount.SSHOpt.Optional, session, cancellationToken).ConfigureAwait(false);
            }
            return lent;
        }
        catch
        {
            lent.Dispose();
            throw;
        }
    }

    /// <summary>Asks for one agent. Throws MBK1807 or MBK1808.</summary>
    public static async Task<LentSecrets> TakeAgentAsync(string id, IBuildSession session, Func<string, string?> find, TimeProvider time, CancellationToken cancellationToken)
    {
        var lent = new LentSecrets(find, time);
        await lent.AddAgentAsync(id, optional: false, session, cancellationToken).ConfigureAwait(false);
        return lent;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var agent in _started) agent.Dispose();
    }

    private async Task AddAsync(string id, bool optional, IBuildSession session, CancellationToken cancellationToken)
    {
        var source = session.FindSecret(id);
        var bytes = source is null ? null : await source.FindAsync(cancellationToken).ConfigureAwait(false);
        if (bytes is not null) Secrets[id] = ByteString.CopyFrom(bytes);
        else if (!optional) throw SessionException.WithoutSecret(id, source);
    }

    private async Task AddAgentAsync(string id, bool optional, IBuildSession session, CancellationToken cancellationToken)
    {
        var name = id.Length == 0 ? DefaultAgent : id;
        var source = session.FindSsh(name);
        switch (source)
        {
            case SshAgent { Socket: { } socket } when File.Exists(socket):
                Agents[id] = socket;
                break;
            case SshKeys keys:
                var agent = await SshKeyAgent.StartAsync(keys, _find, _time, cancellationToken).ConfigureAwait(false);
                _started.Add(agent);
                Agents[id] = agent.Socket;
                break;
            case SshRelay relay when await relay.ExistsAsync(cancellationToken).ConfigureAwait(false):
                var relayed = RelayedAgent.Open(relay);
                _started.Add(relayed);
                Agents[id] = relayed.Socket;
                break;
            default:
                if (!optional) throw SessionException.WithoutAgent(name, (source as SshRelay)?.Refusal);
                break;
        }
    }
}
