using MsBuildKit.Benchmarks.Layers;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Dockerfiles;

/// <summary>The context that both sides build: 20,000 files of 10 kB and a Dockerfile that copies them all. Each side has its own, so that what it
/// remembers of the files is its own too.</summary>
internal sealed class ContextTree
{
    private readonly string _folder;
    private int _changes;

    private ContextTree(string folder) => _folder = folder;

    public string Folder => _folder;

    public static async Task<ContextTree> MakeAsync(string folder)
    {
        SampleTree.WriteManySmall(Directory.CreateDirectory(folder).FullName);
        await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), "FROM scratch\nCOPY . /src\n");
        await new MeasuredCommand("chmod", ["-R", "a+rX", folder]).RunAsync();
        return new ContextTree(folder);
    }

    /// <summary>Writes one file anew, to another content of the same size.</summary>
    public void ChangeOneFile() => File.WriteAllText(Path.Combine(_folder, "d100", "f50.bin"), $"{++_changes}".PadRight(10_000, 'x'));

    /// <summary>Writes each file anew, so that nothing that was built is of use.</summary>
    public void ChangeAll()
    {
        _changes++;
        foreach (var file in Directory.EnumerateFiles(_folder, "*.bin", SearchOption.AllDirectories))
        {
            using var stream = File.OpenWrite(file);
            stream.Write(BitConverter.GetBytes(_changes));
        }
    }
}
