namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A tree that is mounted; disposed, it is gone even when something is in use.</summary>
public interface ITreeMount : IDisposable
{
    /// <summary>Where the tree is.</summary>
    string Target { get; }

    /// <summary>Unmounts, which fails with MBK1508 while something is in use. All that was written is where it belongs afterwards.</summary>
    void Unmount();
}
