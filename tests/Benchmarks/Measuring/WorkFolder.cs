namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>A fresh folder, gone with all that is in it at the end. Its name is short, for sockets have their place in it.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mbk-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
