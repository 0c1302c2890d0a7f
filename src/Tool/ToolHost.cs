using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool;

/// <summary>What the tool has of the machine it runs on.</summary>
internal sealed record ToolHost
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens standard output for bytes.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>What relative paths start from.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>The command line that starts this program once more.</summary>
    public required IReadOnlyList<string> Self { get; init; }

    /// <summary>Whether input and output are a terminal.</summary>
    public required bool HasTerminal { get; init; }

    /// <summary>Whether what is written to <see cref="Output"/> goes to a terminal.</summary>
    public required bool IsOutputTerminal { get; init; }

    /// <summary>Whether what is written to <see cref="Error"/> goes to a terminal.</summary>
    public required bool IsErrorTerminal { get; init; }

    /// <summary>How many columns and lines the terminal of <see cref="Error"/> has now.</summary>
    public required Func<(int Width, int Height)> TerminalSize { get; init; }

    /// <summary>What this machine runs.</summary>
    public required Platform Machine { get; init; }

    /// <summary>How a worker is started, as a build would start it.</summary>
    public required WorkerProgram Worker { get; init; }

    /// <summary>Opens the way to registries, with this machine's credentials.</summary>
    public required Func<Registries> OpenRegistries { get; init; }

    /// <summary>Opens all that a build needs of the world outside: with somebody's credentials, or with this machine's.</summary>
    public required Func<ICredentialSource?, BuilderServices> OpenServices { get; init; }

    /// <summary>This machine's credentials.</summary>
    public required ICredentialSource Credentials { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>How much may be done at once.</summary>
    public required int Cores { get; init; }
}
