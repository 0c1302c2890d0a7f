namespace MsBuildKit.Tool.Build;

/// <summary>How a build tells what it does.</summary>
internal enum ProgressMode
{
    /// <summary>A list of steps, drawn anew while they run.</summary>
    Tty,

    /// <summary>Lines, one after the other.</summary>
    Plain,

    /// <summary>A line of JSON for each event, as BuildKit's clients read them.</summary>
    RawJson,

    /// <summary>Nothing; the image's digest at the end.</summary>
    Quiet,
}
