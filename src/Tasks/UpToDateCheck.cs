using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Tells whether what the last build left still stands where it was left. Looks at files by their stamps, at registries by one
/// request without a body for each reference, and at a local engine by asking it.</summary>
internal sealed class UpToDateCheck(Func<BuilderServices> services, string cacheDirectory)
{
    public async Task<bool> StandsAsync(BuildRecord record, CancellationToken cancellationToken) =>
        record.Files.Concat(record.LockFiles).All(Stands)
        && (record.References.Count == 0 || await ReferencesStandAsync(record, cancellationToken).ConfigureAwait(false))
        && (!record.WantsEngine || await EngineStandsAsync(record, cancellationToken).ConfigureAwait(false));

    private static bool Stands(KeyValuePair<string, FileStamp> file)
    {
        try
        {
            return FileStamp.Of(file.Key) == file.Value;
        }
        catch (SessionException)
        {
            return false;
        }
    }

    private async Task<bool> ReferencesStandAsync(BuildRecord record, CancellationToken cancellationToken)
    {
        var store = new LocalContentStore(cacheDirectory);
        await using (store.ConfigureAwait(false))
        {
            var registries = services().Registries;
            try
            {
                var digests = await Task.WhenAll(record.References.Select(async r =>
                {
                    var reference = ImageReference.Parse(r.Key);
                    return (await registries.OpenRepository(reference, store).ResolveAsync(reference, cancellationToken).ConfigureAwait(false)).Digest.ToString();
                })).ConfigureAwait(false);
                return digests.SequenceEqual(record.References.Select(r => r.Value));
            }
            catch (BuildException)
            {
                // Building will meet the same fault, or find a way around it.
                return false;
            }
        }
    }

    private async Task<bool> EngineStandsAsync(BuildRecord record, CancellationToken cancellationToken)
    {
        var engines = services().LocalEngines;
        if (record.Engine.Length == 0) return await engines.FindAsync(cancellationToken).ConfigureAwait(false) is null;
        return await engines.FindImageAsync(record.Engine, record.Names[0], cancellationToken).ConfigureAwait(false) is { } id && id == record.EngineId;
    }
}
