using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.Engine.Packages;

/// <summary>Composes a base image of a distribution's signed packages: nothing is run, and no privilege is needed.</summary>
/// <remarks>
/// Release files are verified against the keyring, indexes against release files, packages against indexes. A lock file that fits the
/// request takes the place of the first two. Package files stay in the store by digest, so each is fetched once; what was composed before
/// is not composed again, and of many processes that want the same image one makes it.
/// </remarks>
public sealed class PackageComposer(IContentStore store, ICacheIndex index, IKeyLock locks, HttpClient http, TimeProvider time)
{
    private readonly Mirror _mirror = new(http, store);
    private readonly CompositionCache _cache = new(index, store);

    /// <summary>A client that follows no redirect by itself, as <see cref="PackageComposer"/> expects it.</summary>
    public static HttpClient CreateClient() => Mirror.CreateClient();

    /// <summary>Leaves manifest, configuration and layer in the store.</summary>
    public async Task<ComposedImage> ComposeAsync(CompositionRequest request, CancellationToken cancellationToken)
    {
        var architecture = DebianArchitecture.Of(request.Platform);
        var sources = AptSources.Find(request);
        var requested = request.Packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var part = LockFile.Find(request.LockFile, request.Distribution)?.Architectures.GetValueOrDefault(architecture);
        if (part is null || !part.Requested.SequenceEqual(requested))
        {
            part = await ResolveAsync(request, requested, sources, cancellationToken).ConfigureAwait(false);
            if (request.LockFile is { } path) await LockAsync(path, request.Distribution, architecture, part, cancellationToken).ConfigureAwait(false);
        }
        var documents = await FindOrBuildAsync(request, part, sources, cancellationToken).ConfigureAwait(false);
        return new ComposedImage(documents.Manifest, [.. part.Packages.Select(p => p.Package)]);
    }

    // Images for several architectures are made at once, often by several processes, and each adds its part to one file.
    private async Task LockAsync(string path, string distribution, string architecture, LockedArchitecture part, CancellationToken cancellationToken)
    {
        using var held = await locks.AcquireAsync(path, cancellationToken).ConfigureAwait(false);
        var file = LockFile.Find(path, distribution) ?? new LockFile { Distribution = distribution };
        file.Architectures[architecture] = part;
        file.Save(path);
    }

    private async Task<LockedArchitecture> ResolveAsync(
        CompositionRequest request, IReadOnlyList<string> requested, IReadOnlyList<AptSource> sources, CancellationToken cancellationToken)
    {
        var archive = new Archive(request, _mirror, store, time);
        await archive.OpenAsync(sources, cancellationToken).ConfigureAwait(false);
        var index = await archive.ReadAsync(cancellationToken).ConfigureAwait(false);
        var roots = ScriptRules.Roots.Where(r => !requested.Any(p => p.Split('=')[0].Trim() == r));
        var packages = new PackageResolver(index).Resolve(requested.Concat(roots));
        return new LockedArchitecture(requested, archive.Snapshot, [.. packages.Select(p => new LockedPackage(p.Suite,
            new ComposedPackage(p.Name, p.Version, p.Architecture, p.Source ?? p.Name, p.Sha256, p.Size, p.Path)))]);
    }

    private async Task<ComposedDocuments> FindOrBuildAsync(
        CompositionRequest request, LockedArchitecture part, IReadOnlyList<AptSource> sources, CancellationToken cancellationToken)
    {
        var key = CompositionCache.KeyOf(request, part);
        if (await _cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } known) return known;
        using var held = await locks.AcquireAsync(key.ToString(), cancellationToken).ConfigureAwait(false);
        if (await _cache.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } meanwhile) return meanwhile;
        var made = await BuildAsync(request, part, sources, cancellationToken).ConfigureAwait(false);
        await _cache.SaveAsync(key, made, cancellationToken).ConfigureAwait(false);
        return made;
    }

    private async Task<ComposedDocuments> BuildAsync(
        CompositionRequest request, LockedArchitecture part, IReadOnlyList<AptSource> sources, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("msbuildkit-compose-");
        try
        {
            var packages = await OpenAsync(part.Packages, sources, work.FullName, cancellationToken).ConfigureAwait(false);
            var tree = new PackageTree(request.SourceDateEpoch, request.ExcludeDocs);
            // base-files says which modes the common folders have, so it comes first.
            var installed = packages.OrderBy(p => p.Name != "base-files").Select(p => (p, tree.Add(p))).ToList();
            ScriptRules.Apply(tree);
            DpkgDatabase.Write(tree, [.. installed.OrderBy(i => i.p.Name, StringComparer.Ordinal)]);
            var layer = await LayerWriter.WriteAsync(
                tree.Finish(), store, new LayerOptions(), $"compose {request.Distribution}", cancellationToken).ConfigureAwait(false);
            return await DescribeAsync(request, layer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private async Task<List<DebFile>> OpenAsync(
        IReadOnlyList<LockedPackage> packages, IReadOnlyList<AptSource> sources, string work, CancellationToken cancellationToken)
    {
        var opened = new DebFile[packages.Count];
        await Parallel.ForAsync(0, packages.Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var package = packages[i].Package;
            var source = sources.FirstOrDefault(s => s.Suite == packages[i].Suite) ?? sources[0];
            var digest = await _mirror.FetchAsync($"{source.Mirror}/{package.Path}", package.Sha256, package.Size, token).ConfigureAwait(false);
            await store.ProveAsync(digest, token).ConfigureAwait(false);
            using var blob = await store.FindAsync(digest, token).ConfigureAwait(false);
            opened[i] = DebFile.Open(blob!, package.Name, Path.Combine(work, i.ToString(CultureInfo.InvariantCulture) + ".tar"));
            ScriptRules.RequireKnown(opened[i], package.Name);
        }).ConfigureAwait(false);
        return [.. opened];
    }

    private async Task<ComposedDocuments> DescribeAsync(CompositionRequest request, Layer layer, CancellationToken cancellationToken)
    {
        var created = DateTimeOffset.FromUnixTimeSeconds(request.SourceDateEpoch ?? 0).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var config = await store.PutAsync(MediaTypes.OciConfig, OciJson.Write(new ImageConfig
        {
            Created = created,
            Architecture = request.Platform.Architecture,
            Os = request.Platform.Os,
            Variant = request.Platform.Variant,
            Config = new ContainerConfig
            {
                // Beside the path what Microsoft's runtime-deps images set, so that an application listens where it does on them.
                Env =
                [
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", $"APP_UID={Accounts.AppId}", "ASPNETCORE_HTTP_PORTS=8080", "DOTNET_RUNNING_IN_CONTAINER=true",
                ],
            },
            RootFs = new RootFs { DiffIds = [layer.DiffId] },
            History = [new HistoryEntry { Created = created, CreatedBy = layer.CreatedBy }],
        }), cancellationToken).ConfigureAwait(false);
        var manifest = await store.PutAsync(MediaTypes.OciManifest,
            OciJson.Write(new ImageManifest { Config = config, Layers = [layer.Blob] }), cancellationToken).ConfigureAwait(false);
        return new ComposedDocuments(manifest, config, layer.Blob);
    }
}
