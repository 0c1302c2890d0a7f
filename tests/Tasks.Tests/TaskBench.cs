using System.Collections;
using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.TestKit;

namespace MsBuildKit.Tasks.Tests;

/// <summary>A project with one published file, and what becomes of it.</summary>
internal sealed class TaskBench : IDisposable
{
    public TaskBench()
    {
        Directory.CreateDirectory(Project);
        Parts = [ImagePart(), FilePart("Shop.dll", "MZ")];
    }

    public TempFolder Folder { get; } = new("tasks");

    public string Project => Folder["project"];

    public List<ITaskItem> Parts { get; }

    public BuildImageParameters Parameters => new()
    {
        ProjectName = "Shop",
        ProjectDirectory = Project,
        OutputDirectory = Folder["out"],
        CacheDirectory = Folder["cache"],
        Repository = "shop",
        Parts = Parts,
    };

    public static ITaskItem Item(string spec, params (string Name, string Value)[] metadata) => new FakeItem(spec, metadata);

    public static ITaskItem ImagePart(string rid = "linux-x64", params (string Name, string Value)[] metadata) => Item(rid,
        [("Kind", "Image"), ("BaseImage", "scratch"), ("SelfContained", "false"), ("Executable", "Shop"), ("Assembly", "Shop.dll"), ("Application", "Shop"), ("ApplicationVersion", "1.0.0"), .. metadata]);

    public ITaskItem FilePart(string path, string content, params (string Name, string Value)[] metadata) =>
        Published(Folder.Write("project/" + path, content), path, metadata);

    public static ITaskItem Published(string hostPath, string relative, params (string Name, string Value)[] metadata) =>
        Item(hostPath, [("Kind", "File"), ("RuntimeIdentifier", "linux-x64"), ("RelativePath", relative), .. metadata]);

    /// <summary>The request; fails when anything is wrong with it.</summary>
    public BuildRequest Create(Func<BuildImageParameters, BuildImageParameters>? change = null)
    {
        var problems = new Problems();
        var request = new RequestFactory((change ?? (p => p))(Parameters), problems).Create();
        Assert.Empty(problems.Found);
        return request!;
    }

    /// <summary>What is wrong; fails when nothing is.</summary>
    public IReadOnlyList<Problem> Refuse(Func<BuildImageParameters, BuildImageParameters>? change = null)
    {
        var problems = new Problems();
        Assert.Null(new RequestFactory((change ?? (p => p))(Parameters), problems).Create());
        Assert.NotEmpty(problems.Found);
        return [.. problems.Found.Select(f => f.Problem)];
    }

    /// <summary>The only thing that is wrong, which must have this code and subject, and say what to do.</summary>
    public Problem Refuse(string code, string subject, Func<BuildImageParameters, BuildImageParameters>? change = null)
    {
        var problem = Assert.Single(Refuse(change));
        Assert.Equal((code, subject), (problem.Code, problem.Subject));
        AssertHelpful(problem);
        return problem;
    }

    /// <summary>A fault names its property, and ends with a sentence about what to do next.</summary>
    public static void AssertHelpful(Problem problem)
    {
        Assert.StartsWith(problem.Subject + ": ", problem.Text);
        Assert.Matches(@"\. [A-Z][^.]*.*\.$", problem.Text.ReplaceLineEndings(" "));
    }

    public void Dispose() => Folder.Dispose();

    /// <summary>An item that holds whatever it is given: MSBuild's own would escape or split some of it.</summary>
    private sealed class FakeItem(string spec, (string Name, string Value)[] metadata) : ITaskItem
    {
        private readonly Dictionary<string, string> _metadata = metadata.GroupBy(m => m.Name).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.OrdinalIgnoreCase);

        public string ItemSpec { get; set; } = spec;

        public ICollection MetadataNames => _metadata.Keys;

        public int MetadataCount => _metadata.Count;

        public string GetMetadata(string metadataName) => _metadata.GetValueOrDefault(metadataName, "");

        public void SetMetadata(string metadataName, string metadataValue) => _metadata[metadataName] = metadataValue;

        public void RemoveMetadata(string metadataName) => _metadata.Remove(metadataName);

        public void CopyMetadataTo(ITaskItem destinationItem) => throw new NotSupportedException();

        public IDictionary CloneCustomMetadata() => new Dictionary<string, string>(_metadata);
    }
}
