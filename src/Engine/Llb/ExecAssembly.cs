using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>Puts an exec operation together: mounts by destination, inputs once each, outputs numbered in the mounts' order.</summary>
internal sealed class ExecAssembly
{
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
        foreach (var secret in options.SecretEnvironment.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            exec.Secretenv.Add(new SecretEnv { ID = secret.Id, Name = secret.Name, Optional = secret.Optional });
            _capabilities.Add(Capabilities.ExecSecretEnv);
        }
        return exec;
    }

    private Meta Describe(ExecOptions options)
    {
        if (options.ValidExitCodes.Count > 0) _capabilities.Add(Capabilities.ExecValidExitCode);
        return new Meta
        {
            Args = { options.Args }, Env = { options.Environment }, Cwd = options.WorkingDirectory, User = options.User,
            Hostname = options.Hostname, RemoveMountStubsRecursive = true, ValidExitCodes = { options.ValidExitCodes },
        };
    }

    private void AddMounts(ExecOp exec, IEnumerable<ExecMount> mounts)
    {
        // Secrets and sockets come after what has a place in the graph, each group in a stable order.
        foreach (var mount in mounts.OrderBy(m => m.Mount.MountType is MountType.Secret or MountType.Ssh).ThenBy(m => m.Mount.Dest, StringComparer.Ordinal))
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

    private long AddInput(LlbState? state)
    {
        if (state?.Node is null) return OpConstants.Empty;
        var at = _inputs.FindIndex(state.IsSame);
        if (at >= 0) return at;
        _inputs.Add(state);
        return _inputs.Count - 1;
    }
}
