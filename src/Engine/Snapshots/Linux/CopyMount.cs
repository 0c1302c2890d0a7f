namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A whole tree that is mounted as it is, with mount points in it as long.</summary>
internal sealed class CopyMount : ITreeMount
{
    private readonly OverlayMount _mount;
    private readonly string _upper;
    private readonly StubTree? _stubs;
    private readonly RootedTree? _tree;

    /// <summary>Mounts <paramref name="upper"/>.</summary>
    public CopyMount(string target, string upper, string? stubs)
    {
        _upper = upper;
        if (stubs is not null)
        {
            using var points = RootedTree.Open(stubs);
            _tree = RootedTree.Open(_upper);
            _stubs = new StubTree(_tree, points);
            _stubs.Add();
        }
        _mount = OverlayMount.Writable(target, [], upper, "");
    }

    public string Target => _mount.Target;

    public void Unmount()
    {
        _mount.Unmount();
        _stubs?.Remove();
        _tree?.Dispose();
    }

    public void Dispose()
    {
        _mount.Dispose();
        _tree?.Dispose();
    }
}
