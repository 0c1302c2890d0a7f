using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Gathers what is said of one image.</summary>
internal interface IImageDescriber
{
    /// <summary>As much as the request wants.</summary>
    Task<StatementTexts> DescribeAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken);
}
