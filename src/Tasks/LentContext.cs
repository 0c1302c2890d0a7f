using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Tasks;

/// <summary>What a <c>ContainerContext</c> names: a folder, or an image.</summary>
/// <param name="Folder">Absolute, or <c>null</c>.</param>
/// <param name="Image"><c>null</c> for a folder.</param>
internal sealed record LentContext(string? Folder, BaseImage? Image);
