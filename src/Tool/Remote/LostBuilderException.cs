namespace MsBuildKit.Tool.Remote;

/// <summary>A builder cannot be reached, or is gone: another one may do better.</summary>
internal sealed class LostBuilderException(string why, Exception inner) : Exception(why, inner);
