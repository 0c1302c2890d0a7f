namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A device of the host. Who may use it is decided by its owner and mode there: nothing is added and nothing is taken.</summary>
public sealed record DeviceNode(string Source, string Destination) : StepMount(Destination)
{
    internal override bool IsFile => true;
}
