using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Says of an image that somebody else planned what they say of it.</summary>
internal sealed class SolvedDescriber : IImageDescriber
{
    /// <inheritdoc />
    public Task<StatementTexts> DescribeAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken) =>
        Task.FromResult(new StatementTexts(null, null) { Others = ((SolvedPlan)plan).Image.Predicates });
}
