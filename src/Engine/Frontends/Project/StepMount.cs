using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Something that a step sees and that does not stay in the image.</summary>
/// <param name="Target">Absolute in the image, normalized, not the root.</param>
public abstract record StepMount(string Target);

/// <summary>A folder that outlives the build, shared by all steps that name its id.</summary>
public sealed record StepCache(string Target, string Id, StepSharing Sharing) : StepMount(Target);

/// <summary>A folder in memory.</summary>
/// <param name="Size">Bytes, or 0 for the worker's own limit.</param>
public sealed record StepMemory(string Target, long Size) : StepMount(Target);

/// <summary>Files of this machine.</summary>
/// <param name="Source">For people: as the project writes it, below the project's folder or that of <paramref name="From"/>.</param>
/// <param name="From">The name of a folder that the project lends, or <c>null</c> for its own.</param>
/// <param name="Tree">What the session lends.</param>
/// <param name="Selector">The part of it: <c>/</c>, or <c>/name</c> of its only file, which is then mounted as a file.</param>
/// <param name="Writable">The step may change them; nobody sees the changes afterwards.</param>
public sealed record TreeMount(string Target, string Source, string? From, LocalTree Tree, string Selector, bool Writable) : StepMount(Target);

/// <summary>Files of another image.</summary>
/// <param name="Context">Its name in <see cref="ProjectImage.Contexts"/>.</param>
/// <param name="Selector">The part of it, absolute.</param>
/// <param name="Writable">The step may change them; nobody sees the changes afterwards.</param>
public sealed record ImageMount(string Target, string Context, string Selector, bool Writable) : StepMount(Target);

/// <summary>Who may use a cache at a time.</summary>
public enum StepSharing
{
    /// <summary>All at once.</summary>
    Shared,

    /// <summary>Each has one of its own while it runs.</summary>
    Private,

    /// <summary>One after the other.</summary>
    Locked,
}
