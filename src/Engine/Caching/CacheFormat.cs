namespace MsBuildKit.Engine.Caching;

/// <summary>How the documents of a cache are laid out.</summary>
public enum CacheFormat
{
    /// <summary>An image manifest.</summary>
    Manifest,

    /// <summary>An index that lists layers.</summary>
    Index,

    /// <summary>The same with Docker's media types.</summary>
    DockerIndex,
}
