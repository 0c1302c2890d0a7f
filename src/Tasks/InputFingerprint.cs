using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>All that an image depends on, in one hash: what the project says, what its files contain, and which program builds it.
/// A file that was read before and did not change since costs a look at its stamp.</summary>
internal static class InputFingerprint
{
    private static readonly PropertyInfo[] s_properties = [.. typeof(BuildImageParameters).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>The hash, or <c>null</c> when a file is not there, or when a Dockerfile decides which files there are.</summary>
    public static async Task<byte[]?> FindAsync(BuildImageParameters parameters, FileFactsCache facts, CancellationToken cancellationToken)
    {
        if (parameters.Dockerfile.Length > 0) return null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, typeof(Builder).Module.ModuleVersionId.ToString());
        Append(hash, typeof(InputFingerprint).Module.ModuleVersionId.ToString());
        foreach (var property in s_properties)
        {
            Append(hash, property.Name);
            if (property.GetValue(parameters) is string text) Append(hash, text);
            else foreach (var item in (IReadOnlyList<ITaskItem>)property.GetValue(parameters)!) Append(hash, item);
        }
        try
        {
            var lent = LentTrees(parameters).ToList();
            foreach (var place in lent.SelectMany(Places)) Append(hash, place);
            var tree = new LocalTree("inputs", [.. Files(parameters).Concat(lent.SelectMany(t => t.Files.Select(f => f.HostPath))).Select(path => new LocalFile(path, path))]);
            foreach (var file in await facts.ReadAsync(tree, cancellationToken).ConfigureAwait(false)) Append(hash, file.Sha256.ToString());
            return hash.GetHashAndReset();
        }
        catch (SessionException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Files(BuildImageParameters parameters)
    {
        foreach (var part in parameters.Parts)
            if (part.GetMetadata("Kind") != "Image") yield return part.ItemSpec;
            else if (LocalBase(parameters, part.GetMetadata("BaseImage")) is { } path) yield return path;
        foreach (var file in parameters.Files) yield return Path.GetFullPath(file.ItemSpec, parameters.ProjectDirectory);
        foreach (var path in LayoutContexts(parameters)) yield return path;
        if (parameters.PackageKeyring.Length > 0) yield return Path.GetFullPath(parameters.PackageKeyring, parameters.ProjectDirectory);
    }

    // What is wrong with a step is told when the request is made: here it only costs the build of nothing.
    private static IEnumerable<LocalTree> LentTrees(BuildImageParameters parameters)
    {
        if (parameters.Steps.Count == 0) return [];
        return parameters.Parts.Where(p => p.GetMetadata("Kind") == "Image")
            .Select(p => RuntimeIdentifiers.ToPlatform(p.ItemSpec)).OfType<MsBuildKit.Engine.Oci.Platform>()
            .SelectMany(p => new StepFactory(parameters, new Problems()).Create(p).Steps)
            .SelectMany(s => s.Trees)
            .DistinctBy(t => t.Name);
    }

    // Names count as content does, and so does a folder that holds nothing.
    private static IEnumerable<string> Places(LocalTree tree) =>
        tree.Directories.Select(d => d.Path + "/").Concat(tree.Files.Select(f => f.Path)).Prepend(tree.Name);

    private static IEnumerable<string> LayoutContexts(BuildImageParameters parameters) =>
        parameters.Contexts.Select(c => c.GetMetadata("Source")).Where(s => s.StartsWith("oci-layout://", StringComparison.Ordinal))
            .Select(s => new BaseFactory(parameters, new Problems()).FindLocal(s["oci-layout://".Length..])).OfType<MsBuildKit.Engine.Frontends.Project.LocalBase>().Select(FileOf);

    private static string? LocalBase(BuildImageParameters parameters, string baseImage)
    {
        if (new BaseFactory(parameters, new Problems()).Create(baseImage) is not MsBuildKit.Engine.Frontends.Project.LocalBase local) return null;
        return FileOf(local);
    }

    private static string FileOf(MsBuildKit.Engine.Frontends.Project.LocalBase local) => Directory.Exists(local.Path) ? Path.Combine(local.Path, "index.json") : local.Path;

    private static void Append(IncrementalHash hash, ITaskItem item)
    {
        Append(hash, item.ItemSpec);
        var metadata = item.CloneCustomMetadata();
        foreach (var name in metadata.Keys.Cast<string>().Order(StringComparer.OrdinalIgnoreCase))
        {
            Append(hash, name);
            Append(hash, (string?)metadata[name] ?? "");
        }
    }

    // The length in front keeps neighbours apart.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
