using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Says of an image that somebody else planned what they say of it.</summary>
internal sealed class SolvedDescriber(FileLayers layers) : IImageDescriber
{
    /// <inheritdoc />
    public async Task<StatementTexts> DescribeAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken)
    {
        var told = ((SolvedPlan)plan).Image.Predicates.Select(p => p.LacksLayers ? layers.TellAsync(p, chain, cancellationToken) : Task.FromResult(p));
        return new StatementTexts(null, null) { Others = await Task.WhenAll(told).ConfigureAwait(false) };
    }
}
