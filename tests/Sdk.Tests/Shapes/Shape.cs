using System.Text.Json.Nodes;

namespace MsBuildKit.Sdk.Tests.Shapes;

/// <summary>One way of publishing: what the publish folder holds is what the image holds, and each file is somebody's.</summary>
internal static class Shape
{
    /// <summary>Publishes into a fresh folder and compares. <c>web.config</c> is for IIS only, and the file of static assets' endpoints has other times
    /// in an image.</summary>
    public static async Task<ImageView> CheckAsync(ProjectTree tree, string name, params string[] arguments)
    {
        var run = (await tree.ContainerBuildAsync(name, ["-o", tree["published"], "-getItem:ContainerImage", .. arguments])).Succeeded();
        Assert.Empty(run.Warnings.Select(w => $"{w.Code} {w.Text}"));
        var layout = new LayoutView((string)run.Items("ContainerImage")[0]["LayoutDirectory"]!);
        var image = layout.Image();

        var published = Directory.GetFiles(tree["published"], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(tree["published"], f)).ToHashSet();
        published.Remove("web.config");
        Assert.Equal(published.Order(StringComparer.Ordinal), image.Below("/app"));
        foreach (var path in published.Where(p => !p.EndsWith(".staticwebassets.endpoints.json", StringComparison.Ordinal))) Assert.Equal(Hash(tree[$"published/{path}"]), image.Files["/app/" + path].Sha256);
        CheckSbom(layout.Sbom, image);
        return image;
    }

    /// <summary>The component that the SBOM gives each file to, as <c>PURPOSE name</c>.</summary>
    public static IReadOnlyDictionary<string, string> Owners(JsonNode sbom)
    {
        var packages = sbom["packages"]!.AsArray().ToDictionary(p => (string)p!["SPDXID"]!, p => $"{p!["primaryPackagePurpose"]} {p["name"]}");
        var files = sbom["files"]!.AsArray().ToDictionary(f => (string)f!["SPDXID"]!, f => ((string)f!["fileName"]!)[1..]);
        return sbom["relationships"]!.AsArray()
            .Where(r => files.ContainsKey((string)r!["relatedSpdxElement"]!))
            .ToDictionary(r => files[(string)r!["relatedSpdxElement"]!], r => packages[(string)r!["spdxElementId"]!]);
    }

    // A dictionary refuses the file that two components claim.
    private static void CheckSbom(JsonNode sbom, ImageView image)
    {
        Assert.Equal(image.Files.Keys, Owners(sbom).Keys.Order(StringComparer.Ordinal));
        foreach (var file in sbom["files"]!.AsArray())
            Assert.Equal(image.Files[((string)file!["fileName"]!)[1..]].Sha256, (string?)file["checksums"]!.AsArray().Single(c => (string?)c!["algorithm"] == "SHA256")!["checksumValue"]);
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file));
    }
}
