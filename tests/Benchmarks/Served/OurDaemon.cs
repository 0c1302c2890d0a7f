using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Served;

/// <summary><c>msbuildkit serve</c> as an unprivileged user.</summary>
internal sealed class OurDaemon : IDisposable
{
    private readonly ServerProcess _process;

    private OurDaemon(ServerProcess process, Buildctl client) => (_process, Client) = (process, client);

    public int ProcessId => _process.Id;

    /// <summary>What speaks to it.</summary>
    public Buildctl Client { get; }

    /// <param name="tool">The program.</param>
    /// <param name="buildctl">The client.</param>
    /// <param name="folder">Where its store and its socket are; the user's own.</param>
    public static async Task<OurDaemon> StartAsync(string tool, string buildctl, string folder)
    {
        var (command, client) = (UnprivilegedUser.Find().Command(tool, "serve", "--root", Path.Combine(folder, "store"), "--addr", $"unix://{folder}/socket"), new Buildctl(buildctl, $"unix://{folder}/socket"));
        return new OurDaemon(await ServerProcess.StartAsync(command.File, command.Arguments, client), client);
    }

    public void Dispose()
    {
        _process.Stop();
        _process.Dispose();
    }
}
