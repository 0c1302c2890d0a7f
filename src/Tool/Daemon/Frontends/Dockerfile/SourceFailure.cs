using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Llb.Pb;
using Range = MsBuildKit.Engine.Llb.Pb.Range;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>A build failed at a place of a text that its client has: what clients show of it (BuildKit's errdefs.Source).</summary>
internal sealed class SourceFailure : BuildException
{
    private SourceFailure(BuildException error, string message, SourceInfo info, IReadOnlyList<Range> ranges)
        : base(error.Code, error.Kind, message, error) => (Info, Ranges, Position) = (info, ranges, error.Position);

    /// <summary>The text.</summary>
    public SourceInfo Info { get; }

    /// <summary>The places, first things first.</summary>
    public IReadOnlyList<Range> Ranges { get; }

    /// <summary>Of a Dockerfile with faults: all of them are told.</summary>
    public static SourceFailure Of(DockerfileException error, LoadedDefinition source)
    {
        var isUnreadable = DockerfileParser.Parse(source.Text, source.File).Faults.Count > 0;
        var told = error.Faults.Select(f => (isUnreadable ? $"dockerfile parse error on line {f.Range.Line}: " : "") + $"{f.Message.TrimEnd('.')} ({f.Code})");
        return new SourceFailure(error, string.Join("; ", told), source.Info, [.. error.Faults.Where(f => f.Range.Line > 0).Select(f => SourceRanges.Of(f.Range))]);
    }

    /// <summary>Of something that went wrong because of one place.</summary>
    public static SourceFailure Of(BuildException error, LoadedDefinition source, TextRange range) => new(error, error.Message, source.Info, [SourceRanges.Of(range)]);
}
