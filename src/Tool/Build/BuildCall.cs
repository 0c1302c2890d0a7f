namespace MsBuildKit.Tool.Build;

/// <summary>What is asked of a Dockerfile.</summary>
internal enum BuildCall
{
    /// <summary>Its image.</summary>
    Build,

    /// <summary>What the checks find.</summary>
    Lint,

    /// <summary>The arguments, secrets and caches of a target.</summary>
    Outline,

    /// <summary>Its targets.</summary>
    Targets,

    /// <summary>The operations of its image.</summary>
    Graph,

    /// <summary>What can be asked.</summary>
    Describe,
}
