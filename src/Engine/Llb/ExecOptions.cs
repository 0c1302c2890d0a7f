using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>A command to run in a tree (see <see cref="LlbState.Run"/>).</summary>
public sealed record ExecOptions
{
    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary><c>NAME=value</c> pairs, in order.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>An absolute path in the tree.</summary>
    /// <value>Default: <c>/</c>.</value>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Who runs it, as in a Dockerfile's <c>USER</c>; empty means root.</summary>
    public string User { get; init; } = "";

    /// <summary>The host's name inside, or empty.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Lines of its <c>/etc/hosts</c>, in order.</summary>
    public IReadOnlyList<HostAddress> ExtraHosts { get; init; } = [];

    /// <summary>Its limits, in order; the name is that of <c>ulimit</c> (<c>nofile</c>), and -1 means none.</summary>
    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    /// <summary>The control group that holds its own, or empty.</summary>
    public string CgroupParent { get; init; } = "";

    /// <summary>Proxies that its environment names, though they are no part of what a cache knows it by; or <c>null</c>.</summary>
    public ProxyEnv? Proxy { get; init; }

    /// <summary>Devices of the machine that it may use, by their CDI names.</summary>
    public IReadOnlyList<CDIDevice> Devices { get; init; } = [];

    /// <summary>What of the network it sees.</summary>
    public NetMode Network { get; init; }

    /// <summary>Whether it runs confined.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>Exit codes that mean success; none means 0 alone.</summary>
    public IReadOnlyList<int> ValidExitCodes { get; init; } = [];

    /// <summary>Whether the tree itself may not be changed.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>What is mounted besides the tree. <c>SSH_AUTH_SOCK</c> names the first of the sockets, unless <see cref="Environment"/> has it.</summary>
    public IReadOnlyList<ExecMount> Mounts { get; init; } = [];

    /// <summary>Secrets that environment variables carry, in order; each variable once.</summary>
    public IReadOnlyList<SecretVariable> SecretEnvironment { get; init; } = [];
}

/// <summary>An environment variable that carries a secret of the session.</summary>
/// <param name="Name">Of the variable.</param>
/// <param name="Id">Of the secret.</param>
/// <param name="Optional">Whether the command runs without it when there is none.</param>
public sealed record SecretVariable(string Name, string Id, bool Optional = false);
