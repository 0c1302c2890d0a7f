using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary><c>dockerfile.v0</c>: Dockerfiles, as BuildKit's own frontend takes them of its clients.</summary>
internal sealed class DockerfileFrontend : IFrontend
{
    /// <summary>What clients call it.</summary>
    public const string Name = "dockerfile.v0";

    /// <summary>The version of BuildKit's frontend whose Dockerfiles it reads.</summary>
    public const string Version = "1.26.0";

    /// <inheritdoc />
    public async Task<FrontendResult> SolveAsync(BuildBridge bridge, FrontendCall call, CancellationToken cancellationToken)
    {
        RequireInputs(call);
        var attributes = new AttributeReader(call, bridge.Machine, bridge.How.SourceDateEpoch, bridge.Convert).Read();
        if (!attributes.MayForward) RequireCapabilities(attributes);
        var trees = new SolvedFiles(bridge);
        var source = await new DefinitionLoader(trees, attributes, call).LoadAsync(cancellationToken).ConfigureAwait(false);
        var file = DockerfileParser.Parse(source.Text, source.File);
        if (!attributes.IsForwarded && NamedImage.Find(file, attributes.Request.BuildArgs) is { } named)
            return await named.SolveAsync(bridge, call, source, cancellationToken).ConfigureAwait(false);
        RequireCapabilities(attributes);
        try
        {
            return await new Work(bridge, call, attributes, trees, source, cancellationToken).RunAsync(file).ConfigureAwait(false);
        }
        catch (DockerfileException e)
        {
            throw SourceFailure.Of(e, source);
        }
    }

    private static void RequireInputs(FrontendCall call)
    {
        var empty = call.Inputs.Where(i => i.Value.Def.Count == 0).Select(i => $"'{i.Key}'").Order(StringComparer.Ordinal).ToList();
        if (empty.Count > 0)
            throw new FrontendException(FrontendException.BadAttribute, ErrorKind.Invalid, $"invalid nil input definition to definition op: {string.Join(", ", empty)} has no graph. Give one, or leave the input out.");
    }

    private static void RequireCapabilities(DockerfileAttributes attributes)
    {
        if (attributes.MissingCapability is { } missing)
            throw new FrontendException(FrontendException.UnknownCapability, ErrorKind.NotSupported, $"unsupported frontend capability {missing}") { Capability = missing };
    }

    private sealed class Work(BuildBridge bridge, FrontendCall call, DockerfileAttributes attributes, SolvedFiles trees, LoadedDefinition source, CancellationToken cancellationToken)
    {
        private readonly IgnoreFiles _ignored = new(trees, attributes.Request.NamedContexts);
        private readonly SessionTimes _times = new(bridge);
        private readonly SessionImages _images = new(bridge, attributes.Request.IsMultiPlatform);
        private readonly DockerfileRequest _request = attributes.Request with { Text = source.Text, File = source.File, Context = source.Context };

        public Task<FrontendResult> RunAsync(ParsedDockerfile file) =>
            attributes.Subrequest is { } question ? new SubrequestAnswers(CheckAsync).AnswerAsync(question, file, _request) : BuildAsync(file);

        private async Task<Engine.DockerfileCheck> CheckAsync() =>
            await bridge.Job.CheckAsync(await WithIgnoredAsync().ConfigureAwait(false), _ignored, _images, _times, cancellationToken).ConfigureAwait(false);

        private async Task<FrontendResult> BuildAsync(ParsedDockerfile file)
        {
            file.OrThrow();
            var converted = await bridge.Job.ConvertAsync(await WithIgnoredAsync().ConfigureAwait(false), _ignored, _images, _times, cancellationToken).ConfigureAwait(false);
            foreach (var warning in converted.Warnings) bridge.Status.Warn(LintWarnings.Of(warning, source));
            if (converted.Failure is { } failure) throw failure;
            return await new ScannedResult(bridge, call).ScanAsync(ImageResult.Of(bridge, converted.Images, source, _request.IsMultiPlatform), converted.Images, cancellationToken).ConfigureAwait(false);
        }

        private async Task<DockerfileRequest> WithIgnoredAsync() => _request with { Ignore = await _ignored.ReadAsync(source, cancellationToken).ConfigureAwait(false) };
    }
}
