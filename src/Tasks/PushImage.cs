using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Pushes the image that an earlier build left in its layout, without building anything.</summary>
[MSBuildMultiThreadableTask]
public sealed class PushImage : EngineTask
{
    [Required] public string ProjectName { get; set; } = "";
    [Required] public string LayoutDirectory { get; set; } = "";
    public string CacheDirectory { get; set; } = "";
    public string Registry { get; set; } = "";
    public string Repository { get; set; } = "";
    public string ImageTag { get; set; } = "";
    public string ImageTags { get; set; } = "";

    /// <summary>Every name under which the image was pushed.</summary>
    [Output] public ITaskItem[] Images { get; private set; } = [];

    /// <inheritdoc />
    protected override async System.Threading.Tasks.Task RunAsync(CancellationToken cancellationToken)
    {
        var problems = new Problems();
        var name = new NameFactory(new BuildImageParameters { Registry = Registry, Repository = Repository, ImageTag = ImageTag, ImageTags = ImageTags }, problems).Create();
        if (Registry.Length == 0) problems.Add(Problem.Registry, "ContainerRegistry", "it is not set, so there is nowhere to push to. Set it to a host, such as 'registry.example:5000'.");
        LogProblems(problems);
        if (problems.Any) return;

        var environment = HostEnvironment.Read();
        var cache = CacheDirectory.Length > 0 ? Path.GetFullPath(CacheDirectory, Path.GetDirectoryName(ProjectFile)!) : StoreLocation.Default(environment);
        var target = ImageReference.Create(name.Registry!, name.Repository);
        using var services = HostServices.Create(environment, HostServices.OpenFacts(cache));
        var image = await new LayoutPusher(services).PushAsync(LayoutDirectory, cache, target, name.Tags, new EventLog(Log, ProjectFile), cancellationToken).ConfigureAwait(false);
        Images = [.. name.Tags.Select(tag => Describe(target.WithTag(tag), image))];
        Log.LogMessage(MessageImportance.High, "{0}", $"{ProjectName} -> {target.WithTag(name.Tags[0])} ({image.Digest.ToString()[..19]})");
    }

    private TaskItem Describe(ImageReference name, Descriptor image)
    {
        var item = new TaskItem(name.ToString());
        item.SetMetadata("Digest", image.Digest.ToString());
        item.SetMetadata("MediaType", image.MediaType);
        item.SetMetadata("LayoutDirectory", LayoutDirectory);
        return item;
    }
}
