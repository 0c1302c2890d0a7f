using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of one image.</summary>
internal interface IImageDescriber
{
    /// <summary>The SPDX document.</summary>
    Task<byte[]> WriteSbomAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken);

    /// <summary>The SLSA predicate.</summary>
    byte[] WriteProvenance(ImagePlan plan);
}
