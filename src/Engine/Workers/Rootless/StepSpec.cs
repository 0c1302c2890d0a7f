using MsBuildKit.Engine.Llb.Pb;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>One command to run in a sandbox: what an exec operation asks for, with every tree already mounted and every path resolved.</summary>
public sealed record StepSpec
{
    /// <summary>Where the tree it runs in is mounted on the worker's side; every id must be able to get there.</summary>
    public required string Root { get; init; }

    /// <summary>Whose programs it runs; <c>null</c> for this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Args { get; init; }

    /// <summary><c>NAME=value</c> pairs. Nothing else is set but <c>PATH</c> and <c>HOME</c>, where they are missing.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>An absolute path in the tree, made when it is missing.</summary>
    /// <value>Default: <c>/</c>.</value>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Who runs it, as in a Dockerfile's <c>USER</c>; empty means root.</summary>
    public string User { get; init; } = "";

    /// <summary>Whether the tree itself may not be changed.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>What is mounted besides the tree.</summary>
    public IReadOnlyList<StepMount> Mounts { get; init; } = [];

    /// <summary>What it knows and must not show: in what it prints <c>***</c> stands in its place.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Secrets { get; init; } = [];

    /// <summary>What of the network it sees; unset means a network of its own that leads out, but not to the host's loopback.</summary>
    public NetMode Network { get; init; }

    /// <summary>Whether it runs confined.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>The host's name inside.</summary>
    /// <value>Default: <c>buildkitsandbox</c>, as with BuildKit.</value>
    public string Hostname { get; init; } = "buildkitsandbox";

    /// <summary>More lines of <c>/etc/hosts</c>.</summary>
    public IReadOnlyList<ExtraHost> ExtraHosts { get; init; } = [];

    /// <summary>Exit codes that mean success; none means 0 alone.</summary>
    public IReadOnlyList<int> ValidExitCodes { get; init; } = [];

    /// <summary>Limits of a process (setrlimit(2)) besides those of <see cref="Limits"/>; they win over them.</summary>
    public IReadOnlyList<StepUlimit> Ulimits { get; init; } = [];

    /// <summary>Devices of the machine that it may use.</summary>
    public IReadOnlyList<StepDevice> Devices { get; init; } = [];

    /// <summary>How much it may use.</summary>
    public StepLimits Limits { get; init; } = new();

    /// <summary>The size of the terminal that it gets, which its runtime connects to the worker's own; <c>null</c> for none.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Whether programs such as <c>sudo</c> may give a user who is not root more than the step began with.</summary>
    public bool AllowNewPrivileges { get; init; }
}
