namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A mount that has a draft of its own, which goes with it.</summary>
internal sealed class ShownMount(ITreeMount mount, SnapshotDraft draft) : ITreeMount
{
    public string Target => mount.Target;

    public void Unmount() => mount.Unmount();

    public void Dispose()
    {
        mount.Dispose();
        draft.Dispose();
    }
}
