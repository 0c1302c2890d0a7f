namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A unix socket that listens on the worker's side at <paramref name="Path"/>, and belongs to this step alone: it is given the owner
/// (ids of the step) and mode, 0600 unless it is given.</summary>
public sealed record SshSocket(string Path, string Destination, int Uid = 0, int Gid = 0, int Mode = 0x180) : StepMount(Destination)
{
    internal override bool IsFile => true;
}
