namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Where a builder is.</summary>
/// <param name="Text">As the user wrote it.</param>
public abstract record BuilderEndpoint(string Text);

/// <summary>A socket on this machine.</summary>
public sealed record SocketEndpoint(string Text, string Path) : BuilderEndpoint(Text);

/// <summary>A port of a machine. Paths of certificates are absolute; without an authority the connection is not encrypted.</summary>
public sealed record PortEndpoint(string Text, string Host, int Port) : BuilderEndpoint(Text)
{
    /// <summary>Vouches for the builder.</summary>
    public string? Authority { get; init; }

    /// <summary>Shows who we are, with <see cref="Key"/>.</summary>
    public string? Certificate { get; init; }

    /// <summary>Of <see cref="Certificate"/>.</summary>
    public string? Key { get; init; }

    /// <summary>The name in the builder's certificate, when it is not the host's.</summary>
    public string? ServerName { get; init; }
}

/// <summary>The other end of a program, as BuildKit's client connects to containers, pods and machines.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Program">Its name, looked for in PATH.</param>
/// <param name="Arguments">Each by itself; no shell reads them.</param>
public sealed record ProgramEndpoint(string Text, string Program, IReadOnlyList<string> Arguments) : BuilderEndpoint(Text);
