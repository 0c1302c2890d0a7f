namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a <see cref="StepRunner"/> works with.</summary>
public sealed record StepRunnerOptions
{
    /// <summary>A private folder of the worker's, on a tmpfs: secrets lie there while their step runs.</summary>
    public required string Scratch { get; init; }

    /// <summary>An empty folder that every id can get to: what tries emulators has its trees there.</summary>
    public required string Trees { get; init; }

    /// <summary>Where programs are looked for, as in <c>PATH</c>; relative folders are passed over.</summary>
    public required string SearchPath { get; init; }

    /// <summary>Register emulators for the worker's namespace, where the kernel lets it.</summary>
    /// <value>Default: yes.</value>
    public bool RegistersEmulators { get; init; } = true;

    /// <summary>The runtime that was asked for: a name or a full path.</summary>
    /// <value>Default: empty, which is crun, else runc.</value>
    public string Runtime { get; init; } = "";

    /// <summary>What steps may do beyond their sandbox.</summary>
    /// <value>Default: nothing.</value>
    public StepGrants Grants { get; init; } = new();

    /// <summary>When a step takes a network, connect one for the next step.</summary>
    /// <value>Default: no.</value>
    public bool ConnectsAhead { get; init; }

    /// <summary>Where files describe the host's devices (CDI); of two for the same device the later folder's counts.</summary>
    public IReadOnlyList<string> DeviceFolders { get; init; } = DeviceFiles.Folders;

    /// <summary>The host's list of name servers.</summary>
    public string HostResolver { get; init; } = "/etc/resolv.conf";

    /// <summary>The list that is read in its place when it names systemd's stub.</summary>
    public string HostResolverBehindStub { get; init; } = "/run/systemd/resolve/resolv.conf";
}
