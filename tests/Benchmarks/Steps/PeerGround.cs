using System.Diagnostics;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Publishing;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>What builders are measured on: a registry with the base of all, and BuildKit's daemon. All of it is gone at the end.</summary>
internal sealed class PeerGround : IDisposable
{
    private readonly string _peers;
    private RegistryServer? _registry;
    private BuildkitServer? _buildkit;
    private DebianBase? _base;

    private PeerGround(string peers) => _peers = peers;

    public WorkFolder Work { get; } = new();

    public DebianBase Base => _base!;

    public BuildkitServer Buildkit => _buildkit!;

    /// <param name="peers">The folder with buildkitd and buildctl.</param>
    /// <param name="cache">Where the base image's tree is kept for the next time.</param>
    public static async Task<PeerGround> StartAsync(string peers, string cache)
    {
        var ground = new PeerGround(peers);
        try
        {
            var work = ground.Work;
            await new MeasuredCommand("chmod", ["755", work.Path]).RunAsync();
            ground._registry = await RegistryServer.StartAsync(work.Make("registry"));
            Console.Error.WriteLine("making the base image");
            ground._base = await DebianBase.PushAsync(cache, work["base"], ground._registry.Address);
            ground._buildkit = await ground.StartBuildkitAsync("buildkit");
            return ground;
        }
        catch
        {
            ground.Dispose();
            throw;
        }
    }

    /// <summary>A daemon of BuildKit's with a store of its own, which is its caller's to dispose.</summary>
    /// <param name="folder">The name of a new folder.</param>
    public Task<BuildkitServer> StartBuildkitAsync(string folder) => BuildkitServer.StartAsync(_peers, Work.Make(folder), _registry!.Address);

    public void Dispose()
    {
        _buildkit?.Dispose();
        _registry?.Dispose();
        // Much of it belongs to ids that only root may remove.
        using var removal = Process.Start("rm", ["-rf", Work.Path]);
        removal.WaitForExit();
    }
}
