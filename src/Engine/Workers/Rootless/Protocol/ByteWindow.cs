namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>How much of a stream may be under way.</summary>
internal static class ByteWindow
{
    /// <summary>What may be sent before any room was given.</summary>
    public const int Size = 1 << 18;

    /// <summary>The most that one frame has of it, so that streams take turns.</summary>
    public const int Piece = 1 << 16;
}
