using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Resolves a <c>SOURCE_DATE_EPOCH</c> that is no time and says where to find one: <c>context</c>, the name of a named context, or that of a stage
/// which only adds one file of a web server or one repository to nothing.</summary>
/// <param name="file">The Dockerfile.</param>
/// <param name="request">What is asked for.</param>
/// <param name="images">Finds images.</param>
/// <param name="files">Looks into folders, or <c>null</c>.</param>
/// <param name="times">Finds the times of sources.</param>
internal sealed class EpochSource(ParsedDockerfile file, DockerfileRequest request, ResolvedImages images, IContextFiles? files, ISourceTimes times)
{
    private const string MainContext = "context";

    private readonly Platform _platform = request.Platforms[0].Normalize();

    /// <summary>The request with the seconds instead; with nothing where the source has no time. Throws <see cref="DockerfileException"/>.</summary>
    public async Task<DockerfileRequest> ResolveAsync(CancellationToken cancellationToken)
    {
        var scope = new ConversionScope(file, request, _platform, SilentLint.Instance);
        if (scope.EpochText is not { Length: > 0 } text || long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return request;
        var tree = await FindAsync(scope, text, cancellationToken).ConfigureAwait(false);
        var time = OnlySource(tree) is { } source ? await times.FindAsync(source, cancellationToken).ConfigureAwait(false) : null;
        return With(time?.ToString(CultureInfo.InvariantCulture) ?? "");
    }

    private async Task<LlbState> FindAsync(ConversionScope scope, string name, CancellationToken cancellationToken)
    {
        var contexts = new ContextTrees(scope, images, files, new ContextPaths());
        if (name == MainContext) return await contexts.MainAsync().ConfigureAwait(false);
        if (scope.Contexts.Find(name, _platform) is { } named) return (await contexts.NamedAsync(named, _platform, 0, cancellationToken).ConfigureAwait(false)).Tree;
        return file.Stages.FirstOrDefault(s => string.Equals(s.From.StageName, name, StringComparison.OrdinalIgnoreCase)) is { } stage
            ? await ConvertAsync(stage, cancellationToken).ConfigureAwait(false)
            : throw Bad(file.GlobalArgs.FirstOrDefault(a => a.Args.Any(p => p.Key == ConversionScope.EpochArg))?.Range ?? new TextRange(1, 1, 1, 1),
                $"invalid {ConversionScope.EpochArg}: {name} is not a time, and no context or stage. Give it the seconds since 1970, such as '1700000000', 'context', or such a name.");
    }

    private async Task<LlbState> ConvertAsync(Stage stage, CancellationToken cancellationToken)
    {
        Require(stage.From.Image == StageReader.Scratch, stage.From.Range, "it stands on another image. Write FROM scratch");
        foreach (var instruction in stage.Instructions)
            Require(instruction is ArgInstruction or AddInstruction, instruction.Range, $"it has a {instruction.Keyword}. Leave ARG and ADD alone there");
        Require(stage.Instructions.OfType<AddInstruction>().Count() == 1, stage.From.Range, "it adds nothing, or more than one thing. Leave one ADD");
        var alone = file with { GlobalArgs = [.. file.GlobalArgs.Where(a => a.Args.All(p => p.Key != ConversionScope.EpochArg))] };
        var asked = request with { Target = stage.From.StageName, BuildArgs = request.BuildArgs.Where(a => a.Key != ConversionScope.EpochArg).ToDictionary() };
        var tree = (await new PlatformConversion(alone, asked, _platform, images, files).ConvertAsync(SilentLint.Instance, cancellationToken).ConfigureAwait(false)).Graph;
        Require(OnlySource(tree)?.Identifier.StartsWith("local://", StringComparison.Ordinal) is false, stage.From.Range, "it adds files of the context. Add one address of a web server or a repository");
        return tree;
    }

    private void Require(bool isMet, TextRange place, string why)
    {
        if (!isMet) throw Bad(place, $"The {ConversionScope.EpochArg} stage does not meet source-only requirements: {why}.");
    }

    private DockerfileException Bad(TextRange place, string what) => new(file.File, [new DockerfileFault(FaultCodes.BadEpoch, what, place)]);

    private DockerfileRequest With(string epoch) =>
        request with { BuildArgs = new Dictionary<string, string>(request.BuildArgs, StringComparer.Ordinal) { [ConversionScope.EpochArg] = epoch } };

    // What is made of several has no time that is its own.
    private static SourceOp? OnlySource(LlbState tree)
    {
        var sources = (LlbMarshaller.MarshalOrNull(tree)?.Def ?? []).Select(d => Op.Parser.ParseFrom(d)).Where(o => o.OpCase == Op.OpOneofCase.Source).Select(o => o.Source).ToList();
        return sources is [var only] ? only : null;
    }
}
