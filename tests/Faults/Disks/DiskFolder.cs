namespace MsBuildKit.Faults.Disks;

/// <summary>A folder on a <see cref="TempDisk"/>, removed with everything in it at the end.</summary>
internal sealed class DiskFolder : IDisposable
{
    public DiskFolder(string path) => Directory.CreateDirectory(Path = path);

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
