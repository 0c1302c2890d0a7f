namespace MsBuildKit.TestKit;

/// <summary>A fresh folder of the test's own, removed with everything in it at the end.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string? nameHint = null) =>
        Path = Directory.CreateTempSubdirectory($"msbuildkit-{nameHint ?? "test"}-").FullName;

    public string Path { get; }

    /// <summary>A path below the folder.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, making its folders.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
