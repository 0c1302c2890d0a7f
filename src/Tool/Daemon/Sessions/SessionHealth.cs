using System.Globalization;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>How it is found out that a client does not answer any more (BuildKit's session/grpc.go).</summary>
/// <param name="Interval">How long after an answer the next question comes.</param>
/// <param name="Patience">How long an answer is waited for.</param>
/// <param name="Missed">After how many that did not come in a row the client is gone.</param>
internal sealed record SessionHealth(TimeSpan Interval, TimeSpan Patience, int Missed)
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);

    /// <summary>What holds for clients that say nothing.</summary>
    public static SessionHealth Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), 2);

    /// <summary>What holds for a client that says in milliseconds how soon it is to be given up; a text that is no such number counts for nothing.</summary>
    public static SessionHealth Parse(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds == 0) return Default;
        var time = TimeSpan.FromMilliseconds(milliseconds);
        if (time < s_shortest) time = s_shortest;
        return new SessionHealth(time, time, 1);
    }
}
