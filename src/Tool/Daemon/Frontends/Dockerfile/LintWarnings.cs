using Google.Protobuf;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>What checks found, as clients are told of it while a build goes on.</summary>
internal static class LintWarnings
{
    public static VertexWarning Of(LintWarning warning, LoadedDefinition source)
    {
        var line = warning.Range.Line > 0 ? $" (line {warning.Range.Line})" : "";
        var told = new VertexWarning
        {
            Vertex = source.Vertex.ToString(),
            Level = 1,
            Short = ByteString.CopyFromUtf8($"{warning.Rule.Name}: {warning.Message}{line}"),
            Detail = { ByteString.CopyFromUtf8(warning.Rule.Description) },
            Url = warning.Rule.Url,
            Info = source.Info,
        };
        if (warning.Range.Line > 0) told.Ranges.Add(SourceRanges.Of(warning.Range));
        return told;
    }
}
