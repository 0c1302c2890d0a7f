namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>A Dockerfile that was written.</summary>
/// <param name="Text">All of it, with a line feed after each line.</param>
/// <param name="Unsaid">What no Dockerfile can say, each a sentence without its end; the text has a comment for each.</param>
public sealed record WrittenDockerfile(string Text, IReadOnlyList<string> Unsaid);
