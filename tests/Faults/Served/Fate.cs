namespace MsBuildKit.Faults.Served;

/// <summary>What becomes of a build that a client asks for.</summary>
internal enum Fate
{
    Succeeds,

    /// <summary>A step of it ends with <see cref="ServedClient.ExitCode"/>.</summary>
    Fails,

    /// <summary>Its client is sent SIGINT.</summary>
    Cancelled,

    /// <summary>Its client is sent SIGKILL.</summary>
    Killed,
}
