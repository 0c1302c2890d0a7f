namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What a draft is begun for.</summary>
public enum DraftUse
{
    /// <summary>Anything may be done to what it is mounted as.</summary>
    Step,

    /// <summary>A layer is unpacked on it, which replaces files and never writes into one.</summary>
    Layer,

    /// <summary>It is read only, but for mount points that are put into it.</summary>
    Shown,
}
