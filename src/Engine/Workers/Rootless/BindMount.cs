namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A directory or file of the worker's side. <paramref name="Source"/> is resolved already, no part of it is a link; where somebody
/// else could change that, it is <c>/proc/self/fd/N</c> of an open handle (CVE-2024-23651).</summary>
public sealed record BindMount(string Source, string Destination, bool ReadOnly) : StepMount(Destination)
{
    internal override bool IsFile => File.Exists(Source);
}
