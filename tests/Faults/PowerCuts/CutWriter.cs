using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>The process whose power is cut: builds that commit blobs from several threads, save records and remember facts, without end.</summary>
/// <remarks>
/// It says <c>+ BUILD HEX</c> once a commit is done, <c>r HEX</c> once a record is saved, and <c>- BUILD</c> before a build ends, after which
/// collection may take what the build held. Each blob is committed by two at about the same time, and a part of them by builds before.
/// </remarks>
internal sealed class CutWriter(string root, string sources, int seed)
{
    private const int Builds = 2, TasksOfABuild = 3, CommitsOfATask = 8, RecordsOfABuild = 40, Common = 150;

    private readonly FileCacheIndex _index = new(Path.Combine(root, "index"), TimeProvider.System);
    private int _counter;
    private int _builds;

    public async Task RunAsync() => await await Task.WhenAny(Enumerable.Range(0, Builds).Select(_ => Task.Run(BuildForeverAsync)));

    private async Task BuildForeverAsync()
    {
        while (true)
        {
            var build = Interlocked.Increment(ref _builds);
            var facts = new FileFactsCache(Path.Combine(root, "facts"), TimeProvider.System);
            await using var store = new LocalContentStore(root);
            var tasks = Enumerable.Range(0, TasksOfABuild).Select(_ => Task.Run(() => CommitAsync(store, build)));
            await Task.WhenAll(tasks.Append(Task.Run(() => RecordAsync(store, build))));
            await facts.ReadAsync(CutContent.Tree(sources, build), default);
            Console.WriteLine($"- {build}");
        }
    }

    private async Task CommitAsync(LocalContentStore store, int build)
    {
        for (var i = 0; i < CommitsOfATask; i++)
        {
            var number = NextNumber();
            var (digest, size) = await PutAsync(store, CutContent.Blob(number));
            Console.WriteLine($"+ {build} {digest.Hex}");
            if (number % 2 == 0) continue;
            await SaveAsync(Digest.Of(BitConverter.GetBytes(number)), digest, size);
        }
    }

    // One that is remembered again and again, while others commit.
    private async Task RecordAsync(LocalContentStore store, int build)
    {
        var (digest, size) = await PutAsync(store, CutContent.Blob(NextNumber()));
        for (var i = 0; i < RecordsOfABuild; i++) await SaveAsync(Digest.Of(BitConverter.GetBytes(HashCode.Combine(seed, build, i))), digest, size);
    }

    private async Task SaveAsync(Digest key, Digest blob, long size)
    {
        await _index.SaveAsync(key, CutContent.Record(key, blob, size), default);
        Console.WriteLine($"r {key.Hex}");
    }

    private int NextNumber()
    {
        var pair = Interlocked.Increment(ref _counter) / 2;
        var random = new Random(unchecked(seed * 7919 + pair));
        return random.Next(3) == 0 ? random.Next(Common) : random.Next(Common, int.MaxValue);
    }

    private static async Task<(Digest Digest, long Size)> PutAsync(LocalContentStore store, byte[] bytes)
    {
        await using var ingest = store.BeginIngest();
        foreach (var chunk in bytes.Chunk(1 << 15)) await ingest.WriteAsync(chunk, default);
        return (await ingest.CommitAsync(null, bytes.Length, default), bytes.Length);
    }
}
