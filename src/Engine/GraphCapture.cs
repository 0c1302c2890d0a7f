using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Blobs;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine;

/// <summary>Finds what went into a graph that was solved. Nothing is fetched for it: what sources turned out to be is known by then.</summary>
internal sealed class GraphCapture(SourcePins pins, IImageResolver images)
{
    private const string Image = "docker-image", Layout = "oci-layout", Folder = "local", Git = "git";

    public async Task<BuildCapture> OfAsync(Edge graph, CancellationToken cancellationToken)
    {
        var capture = new BuildCapture();
        foreach (var vertex in graph.Vertices())
            if (vertex.Op.Source is { } source) await AddAsync(capture, vertex, source, cancellationToken).ConfigureAwait(false);
            else if (vertex.Op.Exec is { } exec) Add(capture, exec);
        return capture;
    }

    private async Task AddAsync(BuildCapture capture, Vertex vertex, SourceOp source, CancellationToken cancellationToken)
    {
        var at = source.Identifier.IndexOf("://", StringComparison.Ordinal);
        var (scheme, name, platform) = (source.Identifier[..at], source.Identifier[(at + 3)..], SourceWorker.PlatformOf(vertex.Op));
        if (scheme == Image) capture.Add(await ResolveAsync(ImageReference.Parse(name), platform!, cancellationToken).ConfigureAwait(false));
        else if (BlobAddress.Find(source.Identifier) is { } blob) capture.Add(new BlobMaterial(blob.Reference, blob.Digest, blob.IsLent));
        else if (scheme == Layout) AddLayout(capture, name, platform);
        else if (scheme == Folder) capture.AddFolder(name);
        else foreach (var pin in pins.Of(vertex)) AddPinned(capture, scheme, source, pin);
    }

    private async Task<ImageMaterial> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
        new(reference, platform, reference.Digest ?? (await images.ResolveAsync(reference, platform, cancellationToken).ConfigureAwait(false)).Root.Digest, IsLayout: false);

    // A layout has any name that a client gave it; the digest is what counts.
    private static void AddLayout(BuildCapture capture, string name, Platform? platform)
    {
        var at = name.LastIndexOf('@');
        if (at > 0 && Digest.TryParse(name[(at + 1)..], out var digest) && ImageReference.TryParse(name, out var reference, out _)) capture.Add(new ImageMaterial(reference!, platform, digest, IsLayout: true));
    }

    private static void AddPinned(BuildCapture capture, string scheme, SourceOp source, SourcePin pin)
    {
        if (scheme == Git) AddCommit(capture, source, pin.Value);
        else capture.Add(new WebMaterial(source.Identifier, Digest.Parse($"{pin.Algorithm}:{pin.Value}")));
    }

    private static void AddCommit(BuildCapture capture, SourceOp source, string commit)
    {
        var body = source.Identifier[(Git.Length + 3)..];
        var named = GitAddress.Parse(body) ?? GitAddress.Parse("https://" + body);
        var remote = source.Attrs.TryGetValue(SourceKeys.GitFullUrl, out var full) ? GitAddress.Parse(full)?.Remote ?? full : named?.Remote ?? body;
        var url = remote + (named is { Ref.Length: > 0 } ? "#" + named.Ref : "");
        capture.Add(new GitMaterial(url, commit));
        if (source.Attrs.TryGetValue(SourceKeys.GitBundle, out var bundle) && BlobAddress.Find(bundle) is { } blob) capture.Add(new BlobMaterial(blob.Reference, blob.Digest, blob.IsLent, url));
        foreach (var key in new[] { SourceKeys.GitAuthTokenSecret, SourceKeys.GitAuthHeaderSecret })
            if (source.Attrs.TryGetValue(key, out var id) && id.Length > 0) capture.AddSecret(new LentMaterial(id, IsOptional: true));
        if (source.Attrs.TryGetValue(SourceKeys.GitSshSocket, out var agent) && agent.Length > 0) capture.AddAgent(new LentMaterial(agent, IsOptional: true));
    }

    private static void Add(BuildCapture capture, ExecOp exec)
    {
        foreach (var mount in exec.Mounts)
            if (mount.MountType == MountType.Secret) capture.AddSecret(new LentMaterial(mount.SecretOpt?.ID ?? "", mount.SecretOpt?.Optional ?? false));
            else if (mount.MountType == MountType.Ssh) capture.AddAgent(new LentMaterial(mount.SSHOpt?.ID ?? "", mount.SSHOpt?.Optional ?? false));
        foreach (var secret in exec.Secretenv) capture.AddSecret(new LentMaterial(secret.ID, secret.Optional));
        capture.HasNetwork |= exec.Network != NetMode.None;
    }
}
