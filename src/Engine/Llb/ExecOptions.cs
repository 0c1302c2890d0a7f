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

    /// <summary>What of the network it sees.</summary>
    public NetMode Network { get; init; }

    /// <summary>Whether it runs confined.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>Exit codes that mean success; none means 0 alone.</summary>
    public IReadOnlyList<int> ValidExitCodes { get; init; } = [];

    /// <summary>Whether the tree itself may not be changed.</summary>
    public bool ReadOnlyRoot { get; init; }

    /// <summary>What is mounted besides the tree.</summary>
    public IReadOnlyList<ExecMount> Mounts { get; init; } = [];

    /// <summary>Secrets that environment variables carry; each variable once.</summary>
    public IReadOnlyList<SecretVariable> SecretEnvironment { get; init; } = [];
}

/// <summary>An environment variable that carries a secret of the session.</summary>
/// <param name="Name">Of the variable.</param>
/// <param name="Id">Of the secret.</param>
/// <param name="Optional">Whether the command runs without it when there is none.</param>
public sealed record SecretVariable(string Name, string Id, bool Optional = false);
