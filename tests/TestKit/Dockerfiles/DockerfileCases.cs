using System.Globalization;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>The cases of the folder <c>Cases</c>.</summary>
/// <remarks>
/// A case is <c>=== NAME</c>, the Dockerfile, and parts that begin with <c>---</c>: <c>--- context</c> and <c>--- folder NAME</c> have the lines of
/// files (<see cref="TreeLine"/>), <c>--- options</c> one option a line, <c>--- run</c> a command, <c>--- expect</c> the lines of the image
/// (<see cref="ImageLines"/>), <c>--- error LINE</c> words of the message, <c>--- differs</c> what BuildKit does otherwise.
/// </remarks>
public static class DockerfileCases
{
    private static readonly Lazy<IReadOnlyList<DockerfileCase>> s_all = new(ReadAll);

    public static IReadOnlyList<DockerfileCase> All => s_all.Value;

    internal static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, "Dockerfiles", name);

    /// <summary>The case of a text, without its first line.</summary>
    public static DockerfileCase Read(string name, string text)
    {
        var parts = text.Split("\n--- ");
        var folders = new Dictionary<string, IReadOnlyList<TreeEntry>>(StringComparer.Ordinal) { ["context"] = [] };
        var read = new DockerfileCase(name, parts[0].TrimEnd('\n') + "\n", folders, [], null, [], null, null);
        foreach (var part in parts.Skip(1))
        {
            var (head, lines) = (part.Split('\n')[0], part.Split('\n').Skip(1).Where(l => l.Length > 0).ToList());
            var words = head.Split(' ');
            if (words[0] is "context" or "folder") folders[words[^1]] = [.. lines.Select(TreeLine.Parse)];
            else
                read = words[0] switch
                {
                    "options" => read with { Options = lines },
                    "run" => read with { Command = string.Join('\n', lines) },
                    "expect" => read with { Expected = lines },
                    "error" => read with { Error = new CaseError(words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : null, string.Join('\n', lines)) },
                    "differs" => read with { Differs = string.Join(' ', lines) },
                    _ => throw new FormatException($"'{name}' has a part '{head}'."),
                };
        }
        return read;
    }

    private static List<DockerfileCase> ReadAll()
    {
        var cases = new List<DockerfileCase>();
        foreach (var file in Directory.GetFiles(Folder("Cases")).Order(StringComparer.Ordinal))
            foreach (var text in ("\n" + File.ReadAllText(file)).Split("\n=== ").Skip(1))
            {
                var end = text.IndexOf('\n', StringComparison.Ordinal);
                cases.Add(Read($"{Path.GetFileNameWithoutExtension(file)}: {text[..end]}", text[(end + 1)..]));
            }
        return cases;
    }
}
