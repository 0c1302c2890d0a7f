using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>Looks at a store after a power cut and says what is not as promised.</summary>
internal sealed class CutJudge(string root, string sources)
{
    private readonly List<string> _broken = [];

    public async Task<IReadOnlyList<string>> JudgeAsync(IEnumerable<Digest> owed)
    {
        if (!Directory.Exists(Path.Combine(root, "blobs/sha256")))
        {
            _broken.AddRange(owed.Select(d => $"{d} was acknowledged, and there is no store"));
            return _broken;
        }
        JudgeBlobs(owed);
        await JudgeRecordsAsync();
        await VerifyAsync("after the cut");
        await JudgeFactsAsync();
        await WorkOnAsync();
        return _broken;
    }

    private void JudgeBlobs(IEnumerable<Digest> owed)
    {
        var there = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "blobs/sha256")))
        {
            var name = Path.GetFileName(file);
            there.Add(name);
            var bytes = File.ReadAllBytes(file);
            if (Digest.Of(bytes).Hex != name) _broken.Add($"{name} has {bytes.Length} wrong bytes");
        }
        _broken.AddRange(owed.Where(d => !there.Contains(d.Hex)).Select(d => $"{d} was acknowledged and is lost"));
    }

    private async Task JudgeRecordsAsync()
    {
        var index = new FileCacheIndex(Path.Combine(root, "index"), TimeProvider.System);
        foreach (var file in StoreInventory.Read(root).Records)
        {
            var key = Digest.Parse($"sha256:{Path.GetFileName(Path.GetDirectoryName(file.Path))}{Path.GetFileName(file.Path)}");
            var record = await index.FindAsync(key, default);
            if (record is null) _broken.Add($"the record {key} is there and not whole: {file.Size} bytes");
            else if (!CutContent.IsRecordOf(key, record)) _broken.Add($"the record {key} is another's");
        }
    }

    // Of a copy, for what is not known there would be written.
    private async Task JudgeFactsAsync()
    {
        using var copy = new TempFolder("facts");
        foreach (var file in StoreInventory.Read(root).Facts) File.Copy(file.Path, copy[Path.GetFileName(file.Path)]);
        foreach (var tree in CutContent.AllTrees(sources))
        {
            var facts = await new FileFactsCache(copy.Path, TimeProvider.System).ReadAsync(tree, default);
            for (var i = 0; i < facts.Count; i++)
                if (facts[i].Sha256 != CutContent.DigestOf(tree.Files[i])) _broken.Add($"the facts of '{tree.Files[i].Path}' are wrong");
        }
    }

    private async Task VerifyAsync(string when)
    {
        var found = await new StoreVerifier(root, 2).VerifyAsync(repair: false, default);
        _broken.AddRange(found.Faults.Select(f => $"verify {when}: {Path.GetRelativePath(root, f.File.Path)}: {f.Problem}"));
    }

    // The next build works, and the next collection takes what the cut left behind.
    private async Task WorkOnAsync()
    {
        await using (var store = new LocalContentStore(root))
        await using (var ingest = store.BeginIngest())
        {
            await ingest.WriteAsync("the next build"u8.ToArray(), default);
            var digest = await ingest.CommitAsync(null, null, default);
            if (await store.FindSizeAsync(digest, default) != 14) _broken.Add("the next build cannot keep a blob");
        }
        new StoreCollector(root, new LaterTime()).Collect(new CollectionPolicy(), dryRun: false, default);
        var left = StoreInventory.Read(root);
        _broken.AddRange(left.Ingests.Concat(left.Leases).Concat(left.Staged).Select(f => $"collection left '{Path.GetRelativePath(root, f.Path)}'"));
        if (File.ReadAllText(Path.Combine(root, "oci-layout")) != """{"imageLayoutVersion":"1.0.0"}""") _broken.Add("'oci-layout' stayed damaged");
        await VerifyAsync("after collection");
    }
}
