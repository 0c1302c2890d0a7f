using System.IO.Pipelines;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>Connections in memory.</summary>
internal static class DuplexStream
{
    /// <summary>Both ends of one.</summary>
    public static (Stream One, Stream Other) CreatePair()
    {
        var (there, back) = (new Pipe(), new Pipe());
        return (new JoinedStream(there.Reader.AsStream(), back.Writer.AsStream()), new JoinedStream(back.Reader.AsStream(), there.Writer.AsStream()));
    }
}
