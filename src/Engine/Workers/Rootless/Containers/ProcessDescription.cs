using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>A process to start in a <see cref="StepContainer"/>.</summary>
public sealed record ProcessDescription
{
    /// <summary>Its arguments, variables, user and the like. Host name and hosts are the container's.</summary>
    public required Meta Meta { get; init; }

    /// <summary>Variables whose values are secrets of the session.</summary>
    public IReadOnlyList<SecretEnv> SecretEnvironment { get; init; } = [];

    /// <summary>Whether the first process runs confined. Those after it run as the first does.</summary>
    public SecurityMode Security { get; init; }

    /// <summary>Whether it has a terminal for input and output.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>The terminal's size; 0 where it is not known.</summary>
    public TerminalSize TerminalSize { get; init; }

    /// <summary>Whether anything is written to its input.</summary>
    /// <value>Default: yes. Otherwise it is <c>/dev/null</c>.</value>
    public bool HasInput { get; init; } = true;
}
