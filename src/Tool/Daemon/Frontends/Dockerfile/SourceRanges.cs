using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Llb.Pb;
using Range = MsBuildKit.Engine.Llb.Pb.Range;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Places of a Dockerfile as BuildKit's clients take them: lines alone.</summary>
internal static class SourceRanges
{
    public static Range Of(TextRange range) => new()
    {
        Start = new Position { Line = range.Line },
        End = new Position { Line = Math.Max(range.Line, range.EndLine) },
    };
}
