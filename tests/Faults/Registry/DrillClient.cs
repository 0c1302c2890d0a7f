using MsBuildKit.Engine;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Registry;

/// <summary>The engine as a new process would have it: no connection, no token, nothing known. Pauses between tries are over at once;
/// a server is given up after so few seconds of silence as a busy machine allows.</summary>
internal sealed class DrillClient : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(3);

    public DrillClient(int seed)
    {
        var registries = new Registries(
            new HostCredentials(new Dictionary<string, string>(), "/nonexistent"),
            new RegistryOptions { Time = new HurriedTime(s_idle), Random = new Random(seed), IdleTimeout = s_idle, RateWindow = s_idle });
        Services = new BuilderServices { Time = TimeProvider.System, Registries = registries, Mirrors = new HttpClient(), LocalEngines = new LocalEngineLoader([]) };
    }

    public BuilderServices Services { get; }

    public void Dispose()
    {
        Services.Registries.Dispose();
        Services.Mirrors.Dispose();
    }
}
