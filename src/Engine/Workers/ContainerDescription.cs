using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers;

/// <summary>A container to open, as BuildKit's gateway is asked for one (NewContainer).</summary>
public sealed record ContainerDescription
{
    /// <summary>What its mounts are of, by <see cref="Mount.Input"/>.</summary>
    public required IReadOnlyList<VertexResult> Inputs { get; init; }

    /// <summary>One at <c>/</c> and whatever else there is, in the order of the numbers by which their files are looked at. Outputs do not count.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>What of the network it sees.</summary>
    public NetMode Network { get; init; }

    /// <summary>Whose programs it runs; <c>null</c> for this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The host's name inside; empty for BuildKit's.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>More lines of <c>/etc/hosts</c>.</summary>
    public IReadOnlyList<HostIP> ExtraHosts { get; init; } = [];
}
