namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>How words are read.</summary>
/// <param name="Escape">The Dockerfile's escape character.</param>
public sealed record WordOptions(char Escape = '\\')
{
    /// <summary>Quotes stay in the text.</summary>
    public bool KeepQuotes { get; init; }

    /// <summary>Escape characters stay in the text.</summary>
    public bool KeepEscapes { get; init; }

    /// <summary>Quotes mean nothing and stay.</summary>
    public bool IgnoreQuotes { get; init; }

    /// <summary>A variable that is not known stays as it is written.</summary>
    public bool KeepUnknown { get; init; }
}
