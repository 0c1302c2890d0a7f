using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>The frontend that a Dockerfile or its arguments name: an image, which runs in place of this one.</summary>
/// <param name="Image">Its reference.</param>
/// <param name="Command">The reference with all that stands behind it.</param>
/// <param name="Range">Where the Dockerfile says so; nowhere when it was an argument.</param>
internal sealed record NamedImage(string Image, string Command, TextRange Range)
{
    private const string Gateway = "gateway.v0";

    /// <summary>The frontend, or <c>null</c> for the one that is built in.</summary>
    public static NamedImage? Find(ParsedDockerfile file, IReadOnlyDictionary<string, string> buildArgs)
    {
        var named = buildArgs.TryGetValue(NamedFrontend.BuildArgument, out var given) && given.Length > 0
            ? new NamedImage(given.Trim().Split(' ')[0], given, default)
            : new NamedImage(file.Directives.Syntax ?? "", file.Directives.SyntaxCommand ?? "", file.Directives.SyntaxRange);
        return named.Image is "" or DockerfileFrontend.Name ? null : named;
    }

    /// <summary>Hands the call on.</summary>
    public async Task<FrontendResult> SolveAsync(BuildBridge bridge, FrontendCall call, LoadedDefinition source, CancellationToken cancellationToken)
    {
        var attributes = new Dictionary<string, string>(call.Attributes, StringComparer.Ordinal) { ["source"] = Image, ["cmdline"] = Command };
        try
        {
            return await bridge.SolveAsync(null, Gateway, call with { Attributes = attributes }, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e) when (e is not SourceFailure && Range.Line > 0)
        {
            throw SourceFailure.Of(e, source, Range);
        }
    }
}
