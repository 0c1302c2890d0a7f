using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads where the image goes besides its layout.</summary>
internal sealed class OutputFactory(BuildImageParameters parameters, Problems problems)
{
    public List<BuildOutput> Create(string? registry, string repository)
    {
        var outputs = new List<BuildOutput>();
        // As with the .NET SDK, an archive wins over a registry, and a local engine is what is left; ContainerOutput adds to any of them.
        if (parameters.ArchiveOutputPath.Length > 0) AddArchive(outputs, parameters.ArchiveOutputPath, "ContainerArchiveOutputPath", repository, IsDocker);
        else if (registry is not null) outputs.Add(new RegistryOutput(registry));
        else if (ParseEngine() is { } local) outputs.Add(local);
        foreach (var item in parameters.Outputs)
        {
            var path = item.GetMetadata("Path");
            switch (item.ItemSpec.ToLowerInvariant())
            {
                case "oci-archive" or "docker-archive" when path.Length > 0:
                    AddArchive(outputs, path, "ContainerOutput", repository, item.ItemSpec.StartsWith("docker", StringComparison.OrdinalIgnoreCase), item);
                    break;
                case "tar" or "directory" when Text.IsPath(path):
                    outputs.Add(new TreeOutput(Path.GetFullPath(path, parameters.ProjectDirectory), item.ItemSpec.Equals("tar", StringComparison.OrdinalIgnoreCase)));
                    break;
                case "registry" when ImageReference.IsRegistry(item.GetMetadata("Registry")):
                    outputs.Add(new RegistryOutput(item.GetMetadata("Registry").ToLowerInvariant()));
                    break;
                case "local":
                    outputs.Add(new LocalEngineOutput(null));
                    break;
                default:
                    problems.Add(Problem.Output, "ContainerOutput", $"'{item.ItemSpec}' is no output. Write oci-archive, docker-archive, tar or directory with a Path, registry with a Registry, or local.", item);
                    break;
            }
        }
        return outputs;
    }

    private bool IsDocker => parameters.ImageFormat.Equals("docker", StringComparison.OrdinalIgnoreCase);

    private LocalEngineOutput? ParseEngine()
    {
        switch (parameters.LocalRegistry.ToLowerInvariant())
        {
            // Nobody asked: whichever is there gets the image, and none need be.
            case "": return parameters.Outputs.Count == 0 ? new LocalEngineOutput(null) : null;
            case "none": return null;
            case "docker": return new LocalEngineOutput("Docker");
            case "podman": return new LocalEngineOutput("Podman");
            default:
                problems.Add(Problem.Output, "LocalRegistry", $"'{parameters.LocalRegistry}' is no local registry. Choose Docker, Podman or None.");
                return null;
        }
    }

    // A folder, there already or ending in a slash, gets a file of the repository's name.
    private void AddArchive(List<BuildOutput> outputs, string given, string subject, string repository, bool docker, ITaskItem? item = null)
    {
        if (!Text.IsPath(given))
        {
            problems.Add(Problem.Output, subject, $"'{given}' is no path. Write one of a file or folder.", item);
            return;
        }
        var path = Path.GetFullPath(given, parameters.ProjectDirectory);
        var isFolder = given.EndsWith('/') || given.EndsWith('\\') || Directory.Exists(path);
        outputs.Add(new ArchiveOutput(isFolder ? Path.Combine(path, repository.Replace('/', '-') + ".tar.gz") : path, docker));
    }
}
