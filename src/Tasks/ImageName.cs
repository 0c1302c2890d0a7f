namespace MsBuildKit.Tasks;

/// <summary>What an image is called.</summary>
/// <param name="Registry">Host and port, or <c>null</c> when the project names none.</param>
/// <param name="Repository">As registries spell it.</param>
/// <param name="Tags">At least one.</param>
internal sealed record ImageName(string? Registry, string Repository, IReadOnlyList<string> Tags);
