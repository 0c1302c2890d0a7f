using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Frontends;

/// <summary>The frontends that are there, by the names that clients have for them.</summary>
internal sealed class FrontendSet(IReadOnlyDictionary<string, IFrontend> frontends)
{
    /// <summary>Throws MBK2505 for a name that nobody has.</summary>
    public IFrontend Find(string name) => frontends.GetValueOrDefault(name) ?? throw new DaemonException(DaemonException.NoFrontend, ErrorKind.NotFound,
        $"invalid frontend: {name}: use {string.Join(" or ", frontends.Keys.Order(StringComparer.Ordinal))}");
}
