using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Real;

/// <summary>Lets foreign programs judge an image that somebody left as a layout directory, whoever built it.</summary>
public static class ImageJudges
{
    /// <summary>Skopeo reads and verifies all of it, carries this machine's platform to Docker's format and back, and umoci unpacks that as root
    /// and as somebody else.</summary>
    /// <param name="layout">The directory with <c>index.json</c>.</param>
    /// <param name="tag">Names the image in it.</param>
    /// <param name="work">Where copies and bundles are left.</param>
    /// <returns>Root's bundle.</returns>
    public static async Task<Bundle> AcceptAsync(string layout, string tag, TempFolder work)
    {
        await Skopeo.InspectAsync($"oci:{layout}:{tag}");
        await Skopeo.CopyAsync($"oci:{layout}:{tag}", $"dir:{work["whole"]}", "--all");
        await Skopeo.CopyAsync($"oci:{layout}:{tag}", $"oci:{work["one"]}:{tag}");
        if (!(await Skopeo.RawAsync($"oci:{work["one"]}:{tag}")).Contains("+zstd", StringComparison.Ordinal)) await CarryToDockerAndBackAsync(tag, work);
        await TestUser.OpenAsync(work.Path);
        await Umoci.UnpackRootlessAsync(work["one"], tag, Path.Combine(await TestUser.MakeFolderAsync(work, "rootless"), "bundle"));
        return await Umoci.UnpackAsync(work["one"], tag, work["bundle"]);
    }

    // Docker's format has no word for zstd, and skopeo refuses rather than compress anew.
    private static async Task CarryToDockerAndBackAsync(string tag, TempFolder work)
    {
        await Skopeo.CopyAsync($"oci:{work["one"]}:{tag}", $"dir:{work["docker"]}", "--format", "v2s2");
        await Skopeo.CopyAsync($"dir:{work["docker"]}", $"oci:{work["back"]}:{tag}");
    }

    /// <summary>Skopeo and crane take a Docker archive, such as <c>docker load</c> gets.</summary>
    public static async Task<JsonObject> AcceptDockerArchiveAsync(string path)
    {
        await Crane.ValidateArchiveAsync(path);
        return await Skopeo.InspectAsync($"docker-archive:{path}", "--config");
    }
}
