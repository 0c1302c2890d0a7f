using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>Dockerfiles as projects have them, of the folder <c>Real</c>: each a folder with <c>Dockerfile</c>, <c>context</c>, and <c>case.txt</c>
/// with the parts of a case (<see cref="DockerfileCases"/>).</summary>
public static class RealDockerfiles
{
    private static readonly Lazy<IReadOnlyList<DockerfileCase>> s_all = new(() => [.. Directory.GetDirectories(DockerfileCases.Folder("Real")).Order(StringComparer.Ordinal).Select(Read)]);

    public static IReadOnlyList<DockerfileCase> All => s_all.Value;

    private static DockerfileCase Read(string folder)
    {
        var test = DockerfileCases.Read("real: " + Path.GetFileName(folder), File.ReadAllText(Path.Combine(folder, "Dockerfile")) + "\n" + File.ReadAllText(Path.Combine(folder, "case.txt")));
        var context = Path.Combine(folder, "context");
        var files = Directory.Exists(context) ? Directory.GetFiles(context, "*", SearchOption.AllDirectories) : [];
        return test with { Folders = test.Folders.ToDictionary(f => f.Key, f => f.Key == "context" ? [.. f.Value, .. files.Select(p => Entry(p, context))] : f.Value) };
    }

    private static TreeEntry Entry(string path, string context) => new()
    {
        Path = Path.GetRelativePath(context, path), Type = TreeEntryType.File, Mode = (int)File.GetUnixFileMode(path), ModifiedSeconds = FileOps.TreeLine.DefaultTime, Open = () => File.OpenRead(path),
    };
}
