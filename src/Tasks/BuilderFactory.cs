using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Workers.Remote.Protocol;

namespace MsBuildKit.Tasks;

/// <summary>Reads who is to run the build: this process, or daemons of BuildKit.</summary>
public sealed class BuilderFactory(BuildImageParameters parameters, Problems problems)
{
    private const string Subject = "ContainerBuilderEndpoint";

    /// <summary>Whether the project names daemons.</summary>
    public static bool IsElsewhere(string builder) => builder.Equals("BuildKit", StringComparison.OrdinalIgnoreCase);

    /// <summary>The daemons, or <c>null</c> when this process builds or when anything is wrong.</summary>
    public Builders? Create()
    {
        if (!IsElsewhere(parameters.Builder))
        {
            if (parameters.Builder.Length > 0 && !parameters.Builder.Equals("InProcess", StringComparison.OrdinalIgnoreCase))
                problems.Add(Problem.Builder, "ContainerBuilder", $"'{parameters.Builder}' is no builder. Choose InProcess or BuildKit.");
            return null;
        }
        // MSBuild's lists have ';' between their values, BuildKit's addresses ','.
        var addresses = string.Join(',', parameters.BuilderEndpoint.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (addresses.Length > 0) return Check(addresses);
        problems.Add(Problem.BuilderEndpoint, Subject, "ContainerBuilder is BuildKit, and nothing says where its daemon is. Set it, or the variable BUILDKIT_HOST, to an address such as 'unix:///run/buildkit/buildkitd.sock'.");
        return null;
    }

    private Builders? Check(string addresses)
    {
        var faults = 0;
        new EndpointParser(parameters.ProjectDirectory, fault =>
        {
            faults++;
            problems.Add(Problem.BuilderEndpoint, Subject, fault);
        }).Parse(addresses);
        return faults > 0 ? null : new Builders { Addresses = addresses, Folder = parameters.ProjectDirectory, Store = parameters.CacheDirectory };
    }
}
