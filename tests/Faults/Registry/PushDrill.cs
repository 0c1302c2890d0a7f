using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Registry;

/// <summary>Pushes new images, several at once, each to the tag that its worker always pushes to, and reads each back.</summary>
internal sealed class PushDrill(DockerRegistry registry, FaultProxy proxy, int seed)
{
    private const int Workers = 8;
    private const int SkopeoEvery = 100;
    private const string Tag = "latest";

    private readonly List<string> _failed = [];
    private readonly List<string> _broken = [];

    /// <summary>Pushes that ended with an error, in the engine's words. Nobody was told that these succeeded.</summary>
    public IReadOnlyList<string> Failed => _failed;

    /// <summary>Pushes that ended well and were not right, and tags that a reader should not have seen.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>How often a tag was read meanwhile.</summary>
    public int Looks { get; private set; }

    public async Task RunAsync(int pushes, CancellationToken cancellationToken)
    {
        var repositories = Enumerable.Range(0, Math.Min(Workers, pushes)).Select(w => $"drill/s{seed}w{w}").ToList();
        var poller = new TagPoller(registry.Host, repositories, Tag);
        await using (poller)
        {
            poller.Start();
            await Task.WhenAll(repositories.Select((repository, w) => Task.Run(async () =>
            {
                using var folder = new TempFolder("push");
                for (var i = w; i < pushes; i += repositories.Count) await PushAsync(repository, i, folder, poller, cancellationToken);
            }, cancellationToken)));
        }
        Looks += poller.Looks;
        _broken.AddRange(poller.Gaps);
    }

    private async Task PushAsync(string repository, int number, TempFolder folder, TagPoller poller, CancellationToken cancellationToken)
    {
        var image = new DrillImage(HashCode.Combine(seed, number));
        var layout = folder[$"{number}"];
        image.WriteLayout(layout);
        poller.Offer(image.Root.Digest);
        using var client = new DrillClient(number);
        var (place, target) = ($"push {number}, seed {seed}", ImageReference.Create(proxy.Host, repository, Tag));
        try
        {
            await new LayoutPusher(client.Services).PushAsync(layout, folder["cache"], target, [Tag], null, cancellationToken);
            foreach (var wrong in await ReadBackAsync(repository, image, number, folder, cancellationToken)) Tell(_broken, $"{place}: {wrong}");
        }
        catch (BuildException e)
        {
            Tell(_failed, $"{place}: {e.Code} {e.Message}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Tell(_broken, $"{place}: {e}");
        }
        Directory.Delete(layout, recursive: true);
    }

    private async Task<IReadOnlyList<string>> ReadBackAsync(string repository, DrillImage image, int number, TempFolder folder, CancellationToken cancellationToken)
    {
        using var reader = new RegistryReader(registry.Host);
        var index = await reader.FindManifestAsync(repository, Tag, cancellationToken);
        if (index is null || Digest.Of(index) != image.Root.Digest) return [$"the tag points at {(index is null ? "nothing" : Digest.Of(index))} instead of {image.Root.Digest}"];
        if (number % SkopeoEvery == 0) await Skopeo.CopyAsync($"docker://{registry.Host}/{repository}@{image.Root.Digest}", $"dir:{folder["skopeo"]}", "--all");
        return await reader.CheckAsync(repository, index, cancellationToken);
    }

    private static void Tell(List<string> where, string what)
    {
        lock (where) where.Add(what);
    }
}
