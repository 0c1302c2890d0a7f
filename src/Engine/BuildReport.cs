using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>Leaves the statements as files beside the layout, and tells what the build came to.</summary>
internal sealed class BuildReport(BuildRequest request, IReadOnlyList<ImageReference> names)
{
    public BuildResult Write(AssembledImage image, IReadOnlyList<ImagePlan> plans, IReadOnlyList<StatementTexts> texts, Delivered delivered)
    {
        var layers = image.Manifests.SelectMany(m => m.Layers).DistinctBy(l => l.Blob.Digest).ToList();
        var made = layers.Where(l => delivered.Written.Contains(l.Blob.Digest)).ToList();
        IReadOnlyList<BuiltImage> images = [.. image.Manifests.Select((m, i) => new BuiltImage(
            m.Platform, m.Descriptor, Encoding.UTF8.GetString(m.ManifestJson), Encoding.UTF8.GetString(m.ConfigJson),
            Save("sbom", ".spdx.json", m, texts[i].Sbom, plans.Count > 1), Save("provenance", ".json", m, texts[i].Provenance, plans.Count > 1), plans[i].Graph is { } graph ? graph.ToByteArray() : default))];
        var statements = images.SelectMany(i => new[] { i.SbomPath, i.ProvenancePath }).OfType<string>().ToList();
        Sweep(statements);
        return new BuildResult
        {
            Image = image.Root,
            IndexJson = image.IndexJson is { } index ? Encoding.UTF8.GetString(index) : null,
            LayoutDirectory = request.OutputDirectory ?? "",
            Names = [.. names.Select(n => n.ToString())],
            Files = [.. request.OutputDirectory is { } folder ? LayoutExporter.FilesOf(folder) : [], .. statements, .. request.Outputs.OfType<ArchiveOutput>().Select(a => a.Path), .. delivered.Files],
            References = [.. References(image, plans)],
            Loaded = delivered.Loaded,
            NewLayers = made.Count,
            NewBytes = made.Sum(l => l.Blob.Size),
            ReusedLayers = layers.Count - made.Count,
            Images = images,
        };
    }

    private string? Save(string name, string ending, AssembledManifest manifest, byte[]? text, bool isMany)
    {
        if (text is null || request.OutputDirectory is null) return null;
        var suffix = isMany ? "." + manifest.Platform.ToString().Replace('/', '-') : "";
        var path = Path.Combine(request.OutputDirectory, name + suffix + ending);
        OutputFile.Replace(path, text);
        return path;
    }

    // What an earlier build of another shape said is not left to be taken for this one's.
    private void Sweep(IReadOnlyList<string> kept)
    {
        if (request.OutputDirectory is null) return;
        foreach (var pattern in new[] { "sbom*.spdx.json", "provenance*.json" })
            foreach (var file in Directory.EnumerateFiles(request.OutputDirectory, pattern).Where(f => !kept.Contains(f)))
                OutputFile.Remove(file);
    }

    private IEnumerable<(ImageReference, Digest)> References(AssembledImage image, IReadOnlyList<ImagePlan> plans)
    {
        foreach (var reference in plans.SelectMany(p => p.References)) yield return reference;
        foreach (var output in request.Outputs.OfType<RegistryOutput>())
            foreach (var name in output.Registry is { } registry ? request.Tags.Select(t => ImageReference.Create(registry, request.Repository, t)) : names)
                yield return (name, image.Root.Digest);
    }
}
