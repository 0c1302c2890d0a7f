namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>A word cannot be expanded. Whoever knows where the word stands makes a fault of it.</summary>
public sealed class WordException(string code, string message) : Exception(message)
{
    /// <summary><c>MBK</c> and four digits.</summary>
    public string Code { get; } = code;
}
