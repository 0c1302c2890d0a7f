namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>Something in a Dockerfile that cannot be built.</summary>
/// <param name="Code"><c>MBK</c> and four digits.</param>
/// <param name="Message">What, which (quoted), what to do next.</param>
/// <param name="Range">Where.</param>
public sealed record DockerfileFault(string Code, string Message, TextRange Range);
