using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>What a client asks for, read of the attributes of its call.</summary>
internal sealed record DockerfileAttributes
{
    /// <summary>The Dockerfile's path in what it is read of.</summary>
    public required string FileName { get; init; }

    /// <summary>The lent folder that the Dockerfile is read of, wherever the context is; <c>null</c> when nothing was said.</summary>
    public string? DockerfileFolder { get; init; }

    /// <summary>The context when it is a commit of a repository.</summary>
    public LlbState? GitContext { get; init; }

    /// <summary>The context when it is an address of a web server: an archive or a Dockerfile.</summary>
    public string? WebContext { get; init; }

    /// <summary>The folder of a context that is no lent one which counts, or <c>null</c> for all of it.</summary>
    public string? ContextFolder { get; init; }

    /// <summary>Sessions of lent folders, where they are not the build's own.</summary>
    public required IReadOnlyDictionary<string, string> FolderSessions { get; init; }

    /// <summary>A question that is asked instead of building, or <c>null</c>.</summary>
    public string? Subrequest { get; init; }

    /// <summary>The frontend was chosen before: what the Dockerfile names counts no more.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>What is needed of this frontend and is not there, or <c>null</c>.</summary>
    public string? MissingCapability { get; init; }

    /// <summary>What misses may be in the frontend that the Dockerfile names.</summary>
    public bool MayForward { get; init; }

    /// <summary>What is asked of the Dockerfile, without its text.</summary>
    public required DockerfileRequest Request { get; init; }

    /// <summary>A folder that the client lends.</summary>
    public FolderContext Lent(string name) => new(name) { SessionId = FolderSessions.GetValueOrDefault(name, "") };
}
