using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Puts an exec operation together: mounts by destination, inputs once each, outputs numbered in the mounts' order.</summary>
internal sealed class ExecAssembly
{
    private const string AgentVariable = "SSH_AUTH_SOCK=";

    private readonly List<LlbState> _inputs = [];
    private readonly SortedSet<string> _capabilities = new(StringComparer.Ordinal) { Capabilities.ExecMetaBase, Capabilities.Platform };
    private readonly Dictionary<string, int> _outputs = new(StringComparer.Ordinal);

    public IReadOnlyList<LlbState> Inputs => _inputs;

    public IReadOnlyList<string> RequiredCapabilities => [.. _capabilities];

    /// <summary>The number of the output of each mount that has one, by destination.</summary>
    public IReadOnlyDictionary<string, int> Outputs => _outputs;

    public ExecOp Assemble(LlbState root, ExecOptions options)
    {
        var exec = new ExecOp { Meta = Describe(options), Network = options.Network, Security = options.Security };
        if (options.Network != NetMode.Unset) _capabilities.Add(Capabilities.ExecMetaNetwork);
        if (options.Security != SecurityMode.Sandbox) _capabilities.Add(Capabilities.ExecMetaSecurity);
        AddMounts(exec, [ExecMount.Bind("/", root, options.ReadOnlyRoot), .. options.Mounts]);
        foreach (var secret in options.SecretEnvironment)
        {
            exec.Secretenv.Add(new SecretEnv { ID = secret.Id, Name = secret.Name, Optional = secret.Optional });
            _capabilities.Add(Capabilities.ExecSecretEnv);
        }
        foreach (var device in options.Devices)
        {
            exec.CdiDevices.Add(device.Clone());
            _capabilities.Add(Capabilities.ExecMetaDevices);
        }
        return exec;
    }

    private Meta Describe(ExecOptions options)
    {
        if (options.ValidExitCodes.Count > 0) _capabilities.Add(Capabilities.ExecValidExitCode);
        if (options.Ulimits.Count > 0) _capabilities.Add(Capabilities.ExecMetaUlimit);
        if (options.Proxy is not null) _capabilities.Add(Capabilities.ExecMetaProxy);
        return new Meta
        {
            Args = { options.Args }, Env = { Environment(options) }, Cwd = options.WorkingDirectory, User = options.User,
            ProxyEnv = options.Proxy?.Clone(), ExtraHosts = { options.ExtraHosts.Select(h => new HostIP { Host = h.Host, IP = h.Text }) },
            Hostname = options.Hostname, Ulimit = { options.Ulimits.Select(u => u.Clone()) }, CgroupParent = options.CgroupParent,
            RemoveMountStubsRecursive = true, ValidExitCodes = { options.ValidExitCodes },
        };
    }

    private static IEnumerable<string> Environment(ExecOptions options)
    {
        var socket = options.Mounts.FirstOrDefault(m => m.Mount.MountType == MountType.Ssh);
        var isNamed = options.Environment.Any(v => v.StartsWith(AgentVariable, StringComparison.Ordinal));
        return socket is null || isNamed ? options.Environment : [.. options.Environment, AgentVariable + socket.Mount.Dest];
    }

    private void AddMounts(ExecOp exec, IEnumerable<ExecMount> mounts)
    {
        foreach (var mount in mounts.OrderBy(Rank).ThenBy(m => Rank(m) == 0 ? m.Mount.Dest : "", StringComparer.Ordinal))
        {
            var copy = mount.Mount.Clone();
            if (copy.MountType is not (MountType.Secret or MountType.Ssh))
            {
                copy.Input = AddInput(mount.From);
                copy.Output = mount.HasOutput ? _outputs.Count : OpConstants.Empty;
                if (mount.HasOutput && !_outputs.TryAdd(copy.Dest, _outputs.Count)) throw new LlbException($"two mounts are at '{copy.Dest}'");
            }
            else
            {
                copy.Input = OpConstants.Empty;
            }
            exec.Mounts.Add(copy);
            _capabilities.UnionWith(mount.Capabilities);
        }
    }

    // BuildKit's client: what has a place in the graph by destination, then secrets and then sockets as they were asked for.
    private static int Rank(ExecMount mount) => mount.Mount.MountType switch { MountType.Secret => 1, MountType.Ssh => 2, _ => 0 };

    private long AddInput(LlbState? state)
    {
        if (state?.Node is null) return OpConstants.Empty;
        var at = _inputs.FindIndex(state.IsSame);
        if (at >= 0) return at;
        _inputs.Add(state);
        return _inputs.Count - 1;
    }
}
