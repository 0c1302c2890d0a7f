using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>Whether a search that finds nothing proves something: every secret was used, and what is no secret is found in every kind of place.</summary>
internal sealed class SecretProof(string home, CanaryProject project, CanaryServers servers, string marker)
{
    // Whatever a build leaves, with a part of the path of what is unpacked there.
    private static readonly (string Place, string Packed)[] s_places =
    [
        ("logs/whole.binlog", "gzip"), ("logs/whole.binlog", "zip"), ("logs/failed.binlog", "gzip"), ("logs/whole.txt", ""), ("logs/whole.output", ""), ("logs/failed.output", ""),
        ("project/bin/Release/net10.0/container/blobs", "gzip"), ("project/bin/Release/net10.0/container/provenance.json", ""), ("project/bin/Release/net10.0/publish", ""),
        ("project/obj", ""), ("cache/blobs", "gzip"), ("cache/blobs", "zstd"), ("out/oci.tar", "gzip"), ("out/docker.tar", ""), ("cache/failed-steps", ""),
    ];

    /// <summary>What is not proved.</summary>
    public IEnumerable<string> Find()
    {
        var markers = new SecretHunt(Canary.OfText("marker", marker)).FindBelow(home, "project/App.csproj", "project/Program.cs");
        foreach (var (place, packed) in s_places)
            if (!markers.Any(h => h.Place.StartsWith(place, StringComparison.Ordinal) && h.Place.Contains(packed, StringComparison.Ordinal)))
                yield return $"what is no secret was not found in {place} {packed}, so nothing is proved of that place";
        foreach (var proof in project.Proofs)
            if (new SecretHunt(proof).FindBelow(Path.Combine(home, "project/bin")).Count == 0)
                yield return "a step did not have one of its secrets as it was given";
        foreach (var registry in servers.Registries)
            if (registry["app"].Manifests.IsEmpty) yield return "a registry got no image, so its secret was not used";
        foreach (var file in new[] { $"/debian/pool/{CanaryServers.Package}.deb", "/nuget/index.json" })
            if (!servers.Files.Served.Contains(file)) yield return $"nobody asked for '{file}', so its secret was not used";
        if (!Says("project/bin/Release/net10.0/container/provenance.json", "https://github.com/team/shop")) yield return "provenance does not name the repository, so its address was not used";
        if (!Says("logs/whole.txt", "signed with the SSH key SHA256:")) yield return "the log does not tell of the signature, so the key was not used";
        if (!Says("logs/stranded.output", "error MBK14")) yield return "no registry was looked for behind the proxy, so its address was not used";
        foreach (var form in new[] { "***", ": ***", "the token is ***" })
            if (!Says("logs/failed.output", form)) yield return $"the output of steps does not show '{form}'";
    }

    private bool Says(string file, string text) => File.ReadAllText(Path.Combine(home, file)).Contains(text, StringComparison.Ordinal);
}
