using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine;

/// <summary>A Dockerfile, and what the caller lends it.</summary>
/// <param name="Request">The Dockerfile and what is asked of it.</param>
public sealed record DockerfileBuild(DockerfileRequest Request)
{
    /// <summary>Folders by the names that contexts have, as absolute paths.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; init; } = new Dictionary<string, string>();

    /// <summary>OCI layouts and archives by the names that contexts have, as absolute paths.</summary>
    public IReadOnlyDictionary<string, string> Layouts { get; init; } = new Dictionary<string, string>();

    /// <summary>Lists of files that stand for folders, such as what a project publishes; their names are those of contexts.</summary>
    public IReadOnlyList<LocalTree> Trees { get; init; } = [];
}
