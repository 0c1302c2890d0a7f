using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>What a graph asks its session for, by the names that it has there.</summary>
/// <param name="Locals">Trees and folders.</param>
/// <param name="Layouts">Layouts.</param>
/// <param name="Agents">SSH keys.</param>
/// <param name="Steps">Names of operations.</param>
internal sealed record LentNames(IReadOnlyList<string> Locals, IReadOnlyList<string> Layouts, IReadOnlyList<string> Agents, IReadOnlyList<string> Steps)
{
    private const string Local = "local://", Layout = "oci-layout://", DefaultAgent = "default";

    /// <summary>Reads a graph. Throws <see cref="LlbException"/>.</summary>
    public static LentNames Of(Definition graph)
    {
        var vertices = LlbGraph.Load(graph).Vertices().ToList();
        var sources = vertices.Select(v => v.Op.Source).OfType<SourceOp>().ToList();
        return new LentNames(
            [.. After(sources, Local)],
            [.. After(sources, Layout).Select(n => n.Split('@')[0]).Distinct()],
            [.. vertices.SelectMany(v => v.Op.Exec?.Mounts ?? []).Where(m => m.MountType == MountType.Ssh).Select(m => m.SSHOpt?.ID ?? "")
                .Concat(sources.Where(s => s.Attrs.ContainsKey(SourceKeys.GitSshSocket)).Select(s => s.Attrs[SourceKeys.GitSshSocket])).Select(i => i.Length > 0 ? i : DefaultAgent).Distinct()],
            [.. vertices.Select(v => v.Name).Distinct()]);
    }

    private static IEnumerable<string> After(List<SourceOp> sources, string scheme) =>
        sources.Where(s => s.Identifier.StartsWith(scheme, StringComparison.Ordinal)).Select(s => s.Identifier[scheme.Length..]).Distinct();
}
