namespace MsBuildKit.Engine.Diagnostics;

/// <summary>Something that happened during a build. Events only go out: nothing in the engine waits for a listener.</summary>
public abstract record BuildEvent
{
    /// <summary>The vertex (or step id) this belongs to, or <c>null</c> for the build as a whole.</summary>
    public string? Step { get; init; }
}

/// <summary>A step began to run.</summary>
public sealed record StepStarted(string Name) : BuildEvent;

/// <summary>A step ended; <paramref name="Cached"/> means that nothing had to run.</summary>
public sealed record StepCompleted(string Name, bool Cached, TimeSpan Elapsed, string? Error = null) : BuildEvent
{
    /// <summary>What <see cref="Error"/> says of, or <c>null</c>.</summary>
    public BuildException? Failure { get; init; }
}

/// <summary>Bytes that a step printed, as they came: a piece may end in the middle of a line.</summary>
/// <param name="Name">The step.</param>
/// <param name="Stream">1 for its output, 2 for its errors.</param>
/// <param name="Data">The bytes.</param>
public sealed record StepOutput(string Name, int Stream, ReadOnlyMemory<byte> Data) : BuildEvent;

/// <summary>Bytes moved so far; <paramref name="Total"/> is <c>null</c> when it is not known.</summary>
public sealed record StepProgress(string Name, long Current, long? Total) : BuildEvent
{
    /// <summary>What is done with them, such as <c>transferring</c>; <c>null</c> where the name says it.</summary>
    public string? Action { get; init; }
}

/// <summary>A remark; <see cref="MessageLevel"/> tells how loud.</summary>
public sealed record BuildMessage(MessageLevel Level, string Text, string? Code = null, SourcePosition? Position = null) : BuildEvent
{
    /// <summary>One line.</summary>
    public string Text { get; } = PlainText.Of(Text);
}

/// <summary>How loud a <see cref="BuildMessage"/> is.</summary>
public enum MessageLevel
{
    /// <summary>For people who look for a fault.</summary>
    Detail,

    /// <summary>Worth a line in a normal log.</summary>
    Info,

    /// <summary>The user should act, the build goes on.</summary>
    Warning,
}
