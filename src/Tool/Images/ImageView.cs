using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Images;

/// <summary>What a tag points at.</summary>
/// <param name="Names">Full references or tags; none in a store, which knows no names.</param>
/// <param name="Root">An index or a manifest.</param>
/// <param name="Platforms">The images below it.</param>
internal sealed record ImageView(IReadOnlyList<string> Names, Descriptor Root, IReadOnlyList<PlatformView> Platforms);
